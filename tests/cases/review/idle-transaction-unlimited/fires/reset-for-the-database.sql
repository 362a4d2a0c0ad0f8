-- expect: database
-- facts: {"server": {"idle_in_transaction_session_timeout": "60000", "statement_timeout": "30000"}}
DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET idle_in_transaction_session_timeout = 0', current_database()); END $$;

-- facts: {"server": {"idle_in_transaction_session_timeout": "0"}}
DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET idle_in_transaction_session_timeout = ''1min''', current_database()); END $$;

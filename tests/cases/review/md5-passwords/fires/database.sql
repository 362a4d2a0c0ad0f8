-- facts: {"settings": {"password_encryption": "scram-sha-256"}}
-- expect: database
DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET password_encryption = %L', current_database(), 'md5'); END $$;

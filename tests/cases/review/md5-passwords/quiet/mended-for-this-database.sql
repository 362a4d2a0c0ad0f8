-- facts: {"settings": {"password_encryption": "md5"}}
DO $$ BEGIN
    EXECUTE format('ALTER DATABASE %I SET password_encryption = %L', current_database(), 'scram-sha-256');
END $$;

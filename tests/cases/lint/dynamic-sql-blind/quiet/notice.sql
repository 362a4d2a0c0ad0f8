DO $$ BEGIN RAISE NOTICE 'DROP TABLE is only a word here'; END $$;

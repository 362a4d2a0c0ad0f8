-- at: database
-- says: dba migrate rehearse
DO $$ BEGIN EXECUTE format('ALTER TABLE %I ADD COLUMN a integer', 'things'); END $$;

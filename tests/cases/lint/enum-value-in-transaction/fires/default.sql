-- at: status
BEGIN;
ALTER TYPE status ADD VALUE 'sent';
ALTER TABLE things ALTER COLUMN state SET DEFAULT 'sent';
COMMIT;

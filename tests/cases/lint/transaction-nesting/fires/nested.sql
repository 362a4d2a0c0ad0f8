-- at: database
BEGIN;
SELECT 1;
BEGIN;
COMMIT;

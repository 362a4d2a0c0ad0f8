-- schema: shop
-- clean
BEGIN;
ALTER TYPE status ADD VALUE 'sent';
COMMIT;
UPDATE orders SET state = 'sent' WHERE id = 1;

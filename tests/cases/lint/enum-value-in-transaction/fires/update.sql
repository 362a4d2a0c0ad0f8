-- schema: shop
-- at: status
ALTER TYPE status ADD VALUE 'sent';
UPDATE orders SET state = 'sent' WHERE id = 1;

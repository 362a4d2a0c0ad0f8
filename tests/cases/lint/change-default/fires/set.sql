-- schema: shop
-- at: orders.state
-- says: another default
ALTER TABLE orders ALTER COLUMN state SET DEFAULT 'paid';

-- schema: shop
-- at: orders
ALTER TABLE orders ENABLE ROW LEVEL SECURITY;

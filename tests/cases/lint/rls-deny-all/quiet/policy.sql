-- schema: shop
-- clean
CREATE POLICY everyone ON orders USING (true);
ALTER TABLE orders ENABLE ROW LEVEL SECURITY;

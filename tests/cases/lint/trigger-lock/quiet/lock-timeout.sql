-- schema: shop
-- clean
SET lock_timeout = '2s';
CREATE TRIGGER touch BEFORE UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION touch();

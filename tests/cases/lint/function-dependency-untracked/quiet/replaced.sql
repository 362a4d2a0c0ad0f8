-- schema: shop
ALTER TABLE orders RENAME COLUMN note TO remark;
CREATE OR REPLACE FUNCTION settled(bigint) RETURNS boolean LANGUAGE sql STABLE
    AS 'SELECT remark IS NULL FROM orders WHERE id = $1';

-- schema: shop
-- at: customers.email
ALTER TABLE customers RENAME COLUMN email TO mail;

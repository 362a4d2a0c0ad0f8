-- schema: shop
-- at: customers.one_email
ALTER TABLE customers ADD CONSTRAINT one_email UNIQUE (email);

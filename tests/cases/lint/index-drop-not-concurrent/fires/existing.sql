-- schema: shop
-- at: customers.customers_email
DROP INDEX customers_email;

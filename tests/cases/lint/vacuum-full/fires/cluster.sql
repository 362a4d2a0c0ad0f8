-- schema: shop
-- at: customers
CLUSTER customers USING customers_email;

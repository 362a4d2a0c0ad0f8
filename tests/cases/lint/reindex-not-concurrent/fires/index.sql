-- schema: shop
-- at: customers
REINDEX INDEX customers_email;

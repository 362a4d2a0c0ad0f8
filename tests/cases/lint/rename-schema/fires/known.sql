-- schema: shop
-- at: schema
ALTER SCHEMA public RENAME TO app;

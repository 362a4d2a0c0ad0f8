-- schema: shop
-- at: public
ALTER SCHEMA public RENAME TO app;

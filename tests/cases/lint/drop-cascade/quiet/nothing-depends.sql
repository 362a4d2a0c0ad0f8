-- schema: shop
DROP TABLE lines CASCADE;

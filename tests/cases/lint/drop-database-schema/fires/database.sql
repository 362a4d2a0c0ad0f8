-- at: shop
DROP DATABASE shop;

-- schema: shop
-- at: log
CREATE TABLE log (id bigint PRIMARY KEY);

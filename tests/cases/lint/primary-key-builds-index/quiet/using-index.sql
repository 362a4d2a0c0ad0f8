-- schema: shop
-- clean
CREATE UNIQUE INDEX CONCURRENTLY lines_pkey ON lines (order_id, line);
ALTER TABLE lines ADD CONSTRAINT lines_pkey PRIMARY KEY USING INDEX lines_pkey;

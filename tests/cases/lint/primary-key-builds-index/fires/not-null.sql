-- schema: shop
-- at: lines.lines_pkey
ALTER TABLE lines ADD PRIMARY KEY (order_id, line);

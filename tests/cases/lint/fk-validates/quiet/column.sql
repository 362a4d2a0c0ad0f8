-- schema: shop
-- clean
ALTER TABLE lines ADD COLUMN log_id bigint REFERENCES log;

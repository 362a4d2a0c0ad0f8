-- schema: shop
-- at: lines.lines_log_id_fkey
ALTER TABLE lines ADD COLUMN log_id bigint DEFAULT 1 REFERENCES log;

-- schema: shop
-- clean
ALTER TABLE lines ADD COLUMN n bigint;
CREATE SEQUENCE lines_n OWNED BY lines.n;
ALTER TABLE lines ALTER COLUMN n SET DEFAULT nextval('lines_n');

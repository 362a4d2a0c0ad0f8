-- What a view computes is not stored.
CREATE TABLE shops (id bigint PRIMARY KEY, opened_at timestamptz);
CREATE VIEW hours AS SELECT id, opened_at::timetz AS opened FROM shops;

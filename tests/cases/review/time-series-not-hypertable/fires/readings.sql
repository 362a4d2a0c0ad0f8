-- expect: table public.readings
-- severity: info
-- The extension's row alone: its library is not in the embedded server.
INSERT INTO pg_extension (oid, extname, extowner, extnamespace, extrelocatable, extversion) VALUES (99999, 'timescaledb', 10, 2200, false, '2.17.0');
CREATE TABLE readings (id bigint PRIMARY KEY, at timestamptz NOT NULL, value numeric);

-- PostgreSQL takes no descending index as it is: the key gets one of its own.
-- expect: table public.settings
CREATE TABLE settings (name text NOT NULL, value text);
CREATE UNIQUE INDEX settings_name ON settings (name DESC);

-- A collation whose version the server does not call outdated.
-- facts: {"server": {"fsync": "on"}, "outdated_collations": []}
CREATE COLLATION mine (provider = libc, locale = 'C');
CREATE TABLE users (id bigint PRIMARY KEY, name text COLLATE mine UNIQUE);

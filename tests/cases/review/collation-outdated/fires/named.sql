-- expect: collation public.By name
-- severity: warning
-- facts: {"server": {"fsync": "on"}, "outdated_collations": [{"name": "public.\"By name\"", "recorded": "2.27", "actual": "2.36"}]}
CREATE COLLATION "By name" (provider = libc, locale = 'C');
CREATE TABLE users (id bigint PRIMARY KEY, name text COLLATE "By name", other text UNIQUE);

-- expect: database
-- severity: error
-- facts: {"server": {"fsync": "on"}, "outdated_collations": [{"name": "", "recorded": "2.27", "actual": "2.36"}]}
CREATE TABLE users (id bigint PRIMARY KEY, name text UNIQUE);

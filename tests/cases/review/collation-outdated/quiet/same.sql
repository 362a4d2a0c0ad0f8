-- facts: {"server": {"fsync": "on"}}
CREATE TABLE users (id bigint PRIMARY KEY, name text UNIQUE);

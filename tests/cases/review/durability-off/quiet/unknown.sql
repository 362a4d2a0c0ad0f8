-- Settings that could not be read say nothing.
-- facts: {"server": {"max_connections": "100"}}
CREATE TABLE a (id bigint PRIMARY KEY);

-- expect: database
-- severity: error
-- facts: {"server": {"fsync": "off", "full_page_writes": "on"}}
CREATE TABLE a (id bigint PRIMARY KEY);

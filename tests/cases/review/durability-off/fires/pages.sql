-- expect: database
-- facts: {"server": {"fsync": "on", "full_page_writes": "off", "zero_damaged_pages": "on"}}
CREATE TABLE a (id bigint PRIMARY KEY);

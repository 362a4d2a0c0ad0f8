-- facts: {"server": {"fsync": "on", "full_page_writes": "on", "zero_damaged_pages": "off"}}
CREATE TABLE a (id bigint PRIMARY KEY);

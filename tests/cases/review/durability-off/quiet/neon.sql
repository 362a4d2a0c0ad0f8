-- Its storage is elsewhere.
-- facts: {"server": {"fsync": "off", "full_page_writes": "on", "neon.timeline_id": ""}}
CREATE TABLE a (id bigint PRIMARY KEY);

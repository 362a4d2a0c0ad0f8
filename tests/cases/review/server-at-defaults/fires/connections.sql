-- expect: database
-- severity: info
-- facts: {"server": {"max_connections": "5000", "shared_buffers": "16384"}, "settings": {"random_page_cost": "4"}}
CREATE TABLE a (id bigint PRIMARY KEY);

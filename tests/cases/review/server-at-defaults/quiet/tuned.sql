-- facts: {"server": {"max_connections": "200", "shared_buffers": "524288"}, "settings": {"random_page_cost": "1.1"}}
CREATE TABLE a (id bigint PRIMARY KEY);

-- Settings that could not be read say nothing.
-- facts: {"settings": {"work_mem": "4096"}}
CREATE TABLE a (id bigint PRIMARY KEY);

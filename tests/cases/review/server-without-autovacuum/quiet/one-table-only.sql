-- Of single tables another rule speaks.
-- facts: {"server": {"autovacuum": "on"}}
CREATE TABLE a (id bigint PRIMARY KEY) WITH (autovacuum_enabled = false);

CREATE TABLE things (id bigint PRIMARY KEY, owner_id bigint REFERENCES owners);
CREATE INDEX ON things (owner_id, id);

-- By the head of a primary key, by a hash index, by a unique key on a part, by the root of a partitioned table.
CREATE TABLE parents (id bigint PRIMARY KEY, tenant int NOT NULL, UNIQUE (tenant, id));
CREATE TABLE links (parent_id bigint REFERENCES parents, number int, PRIMARY KEY (parent_id, number));
CREATE TABLE notes (id bigint PRIMARY KEY, parent_id bigint REFERENCES parents);
CREATE INDEX ON notes USING hash (parent_id);
CREATE TABLE details (id bigint PRIMARY KEY, tenant int, FOREIGN KEY (tenant, id) REFERENCES parents (tenant, id));
CREATE TABLE events (id bigint, parent_id bigint REFERENCES parents, at date) PARTITION BY RANGE (at);
CREATE TABLE events_2026 PARTITION OF events FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
CREATE INDEX ON events (parent_id);

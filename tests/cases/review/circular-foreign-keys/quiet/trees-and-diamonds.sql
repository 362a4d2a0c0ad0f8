CREATE TABLE nodes (id bigint PRIMARY KEY, parent_id bigint NOT NULL REFERENCES nodes);
CREATE TABLE a (id bigint PRIMARY KEY, node_id bigint REFERENCES nodes);
CREATE TABLE b (id bigint PRIMARY KEY, node_id bigint REFERENCES nodes, a_id bigint REFERENCES a);

CREATE TABLE nodes (id bigint PRIMARY KEY, parent_id bigint REFERENCES nodes CHECK (parent_id <> id));
CREATE TABLE other (id bigint PRIMARY KEY, node_id bigint REFERENCES nodes);

-- Where a root refers to itself the column is NOT NULL; users may have made themselves.
CREATE TABLE nodes (id bigint PRIMARY KEY, parent_id bigint NOT NULL REFERENCES nodes);
CREATE TABLE users (id bigint PRIMARY KEY, created_by bigint REFERENCES users, "rootId" bigint REFERENCES users);

-- expect: database
CREATE TABLE parents (id bigint PRIMARY KEY, a text, b text, c text, d text);
CREATE TABLE a (id bigint PRIMARY KEY, parent_id bigint REFERENCES parents, other_id bigint REFERENCES parents);
CREATE TABLE b (id bigint PRIMARY KEY, parent_id bigint REFERENCES parents, other_id bigint REFERENCES parents);
CREATE TABLE c (id bigint PRIMARY KEY, parent_id bigint REFERENCES parents, other_id bigint REFERENCES parents);
CREATE TABLE d (id bigint PRIMARY KEY, parent_id bigint REFERENCES parents);
CREATE INDEX ON d (parent_id);

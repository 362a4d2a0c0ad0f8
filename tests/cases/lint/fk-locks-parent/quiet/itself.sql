CREATE TABLE nodes (id bigint PRIMARY KEY, parent bigint REFERENCES nodes);

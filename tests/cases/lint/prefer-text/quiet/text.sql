CREATE TABLE things (id bigint PRIMARY KEY, a text, b varchar);

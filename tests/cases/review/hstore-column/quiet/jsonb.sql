CREATE EXTENSION hstore;
CREATE TABLE things (id bigint PRIMARY KEY, attributes jsonb);

-- A name says nothing.
CREATE TABLE things (id bigint PRIMARY KEY, hstore text);

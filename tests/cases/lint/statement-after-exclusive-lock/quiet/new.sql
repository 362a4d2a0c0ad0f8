CREATE TABLE things (id bigint PRIMARY KEY, a int);
CREATE INDEX ON things (a);

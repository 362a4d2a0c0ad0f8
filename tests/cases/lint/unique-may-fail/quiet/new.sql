CREATE TABLE things (id bigint PRIMARY KEY, a int);
CREATE UNIQUE INDEX ON things (a);

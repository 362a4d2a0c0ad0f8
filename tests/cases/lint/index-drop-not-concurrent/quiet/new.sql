CREATE TABLE things (id bigint PRIMARY KEY, a int);
CREATE INDEX things_a ON things (a);
DROP INDEX things_a;

CREATE TABLE wide (id bigint PRIMARY KEY, a int, b int, c int, d int);
CREATE INDEX ON wide (a); CREATE INDEX ON wide (b); CREATE INDEX ON wide (c); CREATE INDEX ON wide (d);

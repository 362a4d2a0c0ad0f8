CREATE INDEX ON t (a, b, c) INCLUDE (d);

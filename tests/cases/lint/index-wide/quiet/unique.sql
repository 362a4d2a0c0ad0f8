CREATE UNIQUE INDEX ON t (a, b, c, d);

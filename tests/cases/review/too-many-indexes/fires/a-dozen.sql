-- expect: table public.wide
-- severity: info
CREATE TABLE wide (id bigint PRIMARY KEY, a int, b int, c int, d int, e int, f int, g int, h int, i int, j int, k int);
CREATE INDEX ON wide (a); CREATE INDEX ON wide (b); CREATE INDEX ON wide (c); CREATE INDEX ON wide (d);
CREATE INDEX ON wide (e); CREATE INDEX ON wide (f); CREATE INDEX ON wide (g); CREATE INDEX ON wide (h);
CREATE INDEX ON wide (i); CREATE INDEX ON wide (j); CREATE INDEX ON wide (k);

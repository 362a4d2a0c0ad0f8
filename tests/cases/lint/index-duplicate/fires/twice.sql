-- at: t.t_a
CREATE INDEX CONCURRENTLY t_a ON t (a, a);

-- at: things
-- at: things
CREATE INDEX CONCURRENTLY a ON things (a);
CREATE INDEX CONCURRENTLY b ON things (b);

-- Invalid until every partition's index is attached: that is how it is built without a long lock.
CREATE TABLE events (id bigint, note text) PARTITION BY RANGE (id);
CREATE TABLE events_1 PARTITION OF events FOR VALUES FROM (0) TO (100);
CREATE INDEX events_note ON ONLY events (note);

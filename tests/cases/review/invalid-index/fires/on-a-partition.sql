-- expect: index public.events_1.events_1_note
CREATE TABLE events (id bigint, note text) PARTITION BY RANGE (id);
CREATE TABLE events_1 PARTITION OF events FOR VALUES FROM (0) TO (100);
CREATE INDEX events_1_note ON events_1 (note);
UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'events_1_note'::regclass;

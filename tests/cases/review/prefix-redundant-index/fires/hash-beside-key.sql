-- The text's is only worth knowing: a hash of a long value is small.
-- expect: index public.queue.queue_offset
-- expect: index public.queue.queue_name
-- severity: warning
-- severity: info
CREATE TABLE queue ("offset" bigint PRIMARY KEY, name text, kind text);
CREATE INDEX queue_offset ON queue USING hash ("offset");
CREATE INDEX queue_name ON queue USING hash (name);
CREATE INDEX queue_name_kind ON queue (name, kind);

-- A standby does not know when its primary analysed.
-- facts: {"is_replica": true, "tables": {"public.a": {"heap_bytes": 81920000, "pages": 10000}}}
CREATE TABLE a (id bigint PRIMARY KEY);

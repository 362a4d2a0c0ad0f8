-- expect: column public.notes.type
-- severity: warning
-- A class name is never a number.
CREATE TABLE ar_internal_metadata (key varchar PRIMARY KEY, value varchar);
CREATE TABLE notes (id bigint PRIMARY KEY, type integer DEFAULT 0 NOT NULL, body text);

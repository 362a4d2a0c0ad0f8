-- expect: column public.events.data
-- severity: warning
CREATE TABLE events (id bigint PRIMARY KEY, data json NOT NULL DEFAULT '{}', other jsonb);

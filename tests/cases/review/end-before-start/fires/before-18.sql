-- expect: column public.events.end
-- postgres: 13
CREATE TABLE events (id bigint PRIMARY KEY, start date, "end" date);

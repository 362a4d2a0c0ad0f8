-- expect: column public.events.data
CREATE TABLE events (id bigint PRIMARY KEY, data json CHECK (json_typeof(data) = 'object'));

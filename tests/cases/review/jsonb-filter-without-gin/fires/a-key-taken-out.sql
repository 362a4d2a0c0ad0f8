-- expect: column public.Event.other
-- expect: column public.Event.the doc
-- query: SELECT * FROM "Event" WHERE "the doc" ->> 'kind' = 'paid'
-- query: SELECT * FROM "Event" WHERE other ? 'kind'
CREATE TABLE "Event" (id bigint PRIMARY KEY, "the doc" jsonb, other jsonb);

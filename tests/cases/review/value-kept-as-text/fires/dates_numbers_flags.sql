-- expect: column public.people.Birth Date
-- expect: column public.people.is_active
-- expect: column public.people.seen_at
-- expect: column public.people.weight
-- facts: {"columns": {"public.people": [{"column": "Birth Date", "histogram_bounds": "{1970-01-01,1971-02-03,1980-12-31,1999-01-01,2001-09-09}"}, {"column": "seen_at", "histogram_bounds": "{\"2025-01-01 10:00:00+00\",2025-01-02T10:00:00Z,\"2025-01-03 10:00+01\",2025-01-04T11:00:00.5Z,2025-01-05T12:00Z}"}, {"column": "weight", "most_common_values": "{70,71.5,80}", "histogram_bounds": "{60,62.25,0.5}"}, {"column": "is_active", "most_common_values": "{Y,N}"}]}}
CREATE TABLE people (id bigint PRIMARY KEY, "Birth Date" text, seen_at text, weight varchar(10), is_active char(1));

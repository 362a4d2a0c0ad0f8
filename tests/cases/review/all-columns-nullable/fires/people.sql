-- expect: table public.people
-- severity: info
CREATE TABLE people (id bigint PRIMARY KEY, name text, email text, born date);

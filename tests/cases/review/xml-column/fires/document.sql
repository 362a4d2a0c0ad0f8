-- expect: column public.letters.body
-- severity: info
CREATE TABLE letters (id bigint PRIMARY KEY, body xml NOT NULL);

-- expect: table public.people
-- severity: warning
CREATE TABLE people (
    id bigint PRIMARY KEY, name text NOT NULL,
    phone1 text, phone2 text, phone3 text
);

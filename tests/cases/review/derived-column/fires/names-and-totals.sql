-- expect: column public.lines.total
-- expect: column public.people.age
-- expect: column public.people.full_name
-- severity: info
CREATE TABLE people (id bigint PRIMARY KEY, first_name text NOT NULL, last_name text NOT NULL, full_name text, date_of_birth date, age int);
CREATE TABLE lines (id bigint PRIMARY KEY, quantity int NOT NULL, unit_price numeric NOT NULL, total numeric NOT NULL);

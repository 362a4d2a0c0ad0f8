-- expect: column public.people.name
CREATE DOMAIN short AS varchar(40);
CREATE TABLE people (id bigint PRIMARY KEY, name short);

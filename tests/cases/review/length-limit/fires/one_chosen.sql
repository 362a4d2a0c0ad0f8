-- expect: column public.people.name
CREATE TABLE people (id bigint PRIMARY KEY, name varchar(80) NOT NULL, bio text);

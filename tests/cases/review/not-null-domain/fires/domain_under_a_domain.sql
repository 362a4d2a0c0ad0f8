-- expect: column public.people.mail
CREATE DOMAIN email AS text NOT NULL;
CREATE DOMAIN work_email AS email;
CREATE TABLE people (id bigint PRIMARY KEY, mail work_email, private email NOT NULL);

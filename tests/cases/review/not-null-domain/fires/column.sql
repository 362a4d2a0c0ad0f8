-- expect: column public.people.e "mail"
-- severity: warning
CREATE DOMAIN email AS text NOT NULL CHECK (VALUE LIKE '%@%');
CREATE TABLE people (id bigint PRIMARY KEY, "e ""mail""" email);

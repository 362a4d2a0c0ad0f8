-- Kinds of a person share its key; a passport is optional by its numbers; a biography is wide; NULLs say it is optional.
-- facts: {"tables": {"public.members": {"rows": 10000, "pages": 100}, "public.passports": {"rows": 1200, "pages": 9}}}
CREATE TABLE people (id bigint PRIMARY KEY);
CREATE TABLE employees (id bigint PRIMARY KEY REFERENCES people, salary integer NOT NULL);
CREATE TABLE customers (id bigint PRIMARY KEY REFERENCES people, discount integer NOT NULL);
CREATE TABLE members (id bigint PRIMARY KEY);
CREATE TABLE passports (member_id bigint PRIMARY KEY REFERENCES members, number varchar(20) NOT NULL);
CREATE TABLE authors (id bigint PRIMARY KEY);
CREATE TABLE biographies (author_id bigint PRIMARY KEY REFERENCES authors, biography text NOT NULL);
CREATE TABLE halls (id bigint PRIMARY KEY);
CREATE TABLE hall_ramps (hall_id bigint PRIMARY KEY REFERENCES halls, width integer);

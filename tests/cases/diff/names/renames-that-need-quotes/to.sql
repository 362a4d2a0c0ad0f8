CREATE TABLE public."Person" (id integer CONSTRAINT person_pk PRIMARY KEY, "Full Name" text);

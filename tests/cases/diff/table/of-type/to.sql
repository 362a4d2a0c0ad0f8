CREATE TYPE public.person_type AS (name text, born date);
CREATE TABLE public.person OF public.person_type (name WITH OPTIONS NOT NULL, born WITH OPTIONS DEFAULT '2000-01-01', PRIMARY KEY (name));

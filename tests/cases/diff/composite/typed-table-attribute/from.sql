CREATE TYPE public.person_type AS (name varchar(20));
CREATE TABLE public.person OF public.person_type;

CREATE TYPE public.person_type AS (name varchar(60), born date);
CREATE TABLE public.person OF public.person_type;

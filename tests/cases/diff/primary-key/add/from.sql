CREATE TABLE public.country (code char(2), name text);

CREATE TABLE public.country (code char(2) PRIMARY KEY, name text);

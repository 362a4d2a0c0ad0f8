CREATE TABLE public.logs (id serial PRIMARY KEY, line text);

CREATE TABLE public.log_entry (id serial PRIMARY KEY, line text);

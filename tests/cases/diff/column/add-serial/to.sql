CREATE TABLE public.t (name text, no serial);

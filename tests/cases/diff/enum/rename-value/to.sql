CREATE TYPE public.mood AS ENUM ('unhappy', 'ok');
CREATE TABLE public.t (id integer PRIMARY KEY, m public.mood DEFAULT 'unhappy');

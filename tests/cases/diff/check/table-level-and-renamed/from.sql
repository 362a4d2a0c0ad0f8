CREATE TABLE public.t (low integer, high integer, CHECK (low < high));

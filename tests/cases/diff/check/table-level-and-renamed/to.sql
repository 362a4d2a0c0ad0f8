CREATE TABLE public.t (low integer, high integer, CONSTRAINT range_ordered CHECK (low < high));

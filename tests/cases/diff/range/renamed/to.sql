CREATE TYPE public.span AS RANGE (subtype = float8, multirange_type_name = public.float_multirange);
CREATE TABLE public.t (id integer PRIMARY KEY, r public.span);

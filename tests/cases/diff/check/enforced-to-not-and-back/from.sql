CREATE TABLE public.t (id integer PRIMARY KEY, a integer, b integer, CONSTRAINT a_pos CHECK (a > 0) NOT ENFORCED, CONSTRAINT b_pos CHECK (b > 0));

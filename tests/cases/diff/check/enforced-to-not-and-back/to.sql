CREATE TABLE public.t (id integer PRIMARY KEY, a integer, b integer, CONSTRAINT a_pos CHECK (a > 0), CONSTRAINT b_pos CHECK (b > 0) NOT ENFORCED);

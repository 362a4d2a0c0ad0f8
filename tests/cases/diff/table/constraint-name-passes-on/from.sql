CREATE TABLE public.t (id integer PRIMARY KEY, a integer, b integer, CONSTRAINT rule_1 CHECK (a > 0), CONSTRAINT rule_2 UNIQUE (b));

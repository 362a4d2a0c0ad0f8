CREATE TABLE public.t (id integer PRIMARY KEY, a integer, b integer, CONSTRAINT rule_1 UNIQUE (a), CONSTRAINT rule_2 CHECK (b > 0));

CREATE TABLE public.t (id integer PRIMARY KEY, a integer[] NOT NULL DEFAULT '{}', b varchar(10)[]);

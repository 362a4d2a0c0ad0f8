CREATE TABLE public.t (id integer PRIMARY KEY, a bigint[] NOT NULL DEFAULT '{}', b text[]);

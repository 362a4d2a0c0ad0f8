CREATE TABLE public.item (id integer PRIMARY KEY, quantity bigint NOT NULL DEFAULT 0);

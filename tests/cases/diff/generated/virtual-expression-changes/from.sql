CREATE TABLE public.price (id integer PRIMARY KEY, net numeric NOT NULL, gross numeric GENERATED ALWAYS AS (net * 1.19) VIRTUAL);

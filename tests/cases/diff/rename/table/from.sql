CREATE TABLE public.customers (id integer CONSTRAINT customers_pkey PRIMARY KEY, name text NOT NULL);
CREATE TABLE public.invoice (id integer PRIMARY KEY, customer integer REFERENCES public.customers);

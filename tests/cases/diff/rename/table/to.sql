CREATE TABLE public.clients (id integer CONSTRAINT clients_pkey PRIMARY KEY, name text NOT NULL);
CREATE TABLE public.invoice (id integer PRIMARY KEY, customer integer REFERENCES public.clients);

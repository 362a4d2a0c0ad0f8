CREATE TABLE public.p (sku text CONSTRAINT p_pk PRIMARY KEY);
CREATE TABLE public.c (id integer PRIMARY KEY, product_sku text CONSTRAINT c_p REFERENCES public.p (sku));

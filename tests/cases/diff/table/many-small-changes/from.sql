CREATE TABLE public.product (id integer PRIMARY KEY, old_code text, name varchar(40), stock smallint DEFAULT 0, price numeric(8,2));
CREATE INDEX product_name_idx ON public.product (name);

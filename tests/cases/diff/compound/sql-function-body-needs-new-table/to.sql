CREATE TABLE public.sale (id integer PRIMARY KEY, amount bigint NOT NULL);
CREATE VIEW public.sales AS SELECT amount FROM public.sale;
CREATE FUNCTION public.total() RETURNS bigint LANGUAGE sql AS $$ SELECT sum(amount)::bigint FROM public.sales $$;
CREATE FUNCTION public.total2() RETURNS bigint LANGUAGE sql RETURN (SELECT sum(amount)::bigint FROM public.sales);

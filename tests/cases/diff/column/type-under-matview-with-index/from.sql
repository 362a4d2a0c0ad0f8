CREATE TABLE public.sale (id integer PRIMARY KEY, shop integer NOT NULL, amount numeric(8,2) NOT NULL);
CREATE MATERIALIZED VIEW public.shop_total AS SELECT shop, sum(amount) AS total FROM public.sale GROUP BY shop;
CREATE UNIQUE INDEX shop_total_shop ON public.shop_total (shop);
CREATE INDEX shop_total_total ON public.shop_total (total DESC);

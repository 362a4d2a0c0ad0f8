CREATE TABLE public.voucher (id integer PRIMARY KEY, code text);
CREATE TABLE public.order_line (id integer PRIMARY KEY, voucher integer REFERENCES public.voucher);
CREATE VIEW public.used AS SELECT v.code FROM public.voucher v JOIN public.order_line l ON l.voucher = v.id;
CREATE FUNCTION public.codes() RETURNS SETOF public.voucher LANGUAGE sql AS $$ SELECT * FROM public.voucher $$;

CREATE TABLE public.order_line (id integer PRIMARY KEY, voucher integer);

CREATE SEQUENCE public.order_number;
CREATE TABLE public.t (id bigint PRIMARY KEY DEFAULT nextval('public.order_number'));

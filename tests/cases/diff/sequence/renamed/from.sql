CREATE SEQUENCE public.order_seq;
CREATE TABLE public.t (id bigint PRIMARY KEY DEFAULT nextval('public.order_seq'));

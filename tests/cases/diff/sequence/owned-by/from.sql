CREATE SEQUENCE public.slip_no;
CREATE TABLE public.slip (id bigint PRIMARY KEY DEFAULT nextval('public.slip_no'), n integer);

CREATE SEQUENCE public.slip_no;
CREATE TABLE public.slip (id bigint PRIMARY KEY DEFAULT nextval('public.slip_no'), n integer);
ALTER SEQUENCE public.slip_no OWNED BY public.slip.id;

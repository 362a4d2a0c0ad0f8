CREATE SEQUENCE public.invoice_no;
CREATE SEQUENCE public.gone_no;

CREATE TYPE public.money_amount AS (amount numeric, currency char(3));
CREATE TABLE public.t (
    id integer PRIMARY KEY, span int8range, total public.money_amount DEFAULT ROW(0, 'EUR'), parts public.money_amount[], days datemultirange
);

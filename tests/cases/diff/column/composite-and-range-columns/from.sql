CREATE TYPE public.money_amount AS (amount numeric, currency char(3));
CREATE TABLE public.t (id integer PRIMARY KEY, span int4range);

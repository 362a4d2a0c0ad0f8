CREATE FUNCTION public.new_code() RETURNS text LANGUAGE sql AS $$ SELECT 'C' || floor(random() * 1000)::text $$;
CREATE FUNCTION public.is_percent(n integer) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$ SELECT n BETWEEN 0 AND 100 $$;
CREATE TABLE public.coupon (
    id integer PRIMARY KEY, code text NOT NULL DEFAULT public.new_code(), percent integer,
    CONSTRAINT coupon_percent CHECK (public.is_percent(percent))
);

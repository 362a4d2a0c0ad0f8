-- expect: column public.shops.opens
CREATE DOMAIN hour AS time with time zone;
CREATE TABLE shops (id bigint PRIMARY KEY, opens hour);

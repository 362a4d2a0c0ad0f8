CREATE TABLE public.meter (id integer PRIMARY KEY, reading integer NOT NULL DEFAULT 0);
CREATE INDEX meter_reading_idx ON public.meter (reading);

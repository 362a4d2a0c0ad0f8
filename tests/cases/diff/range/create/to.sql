CREATE TYPE public.float_range AS RANGE (subtype = float8, subtype_diff = float8mi);
CREATE TABLE public.reading (id integer PRIMARY KEY, low float8, high float8, span public.float_range);
CREATE INDEX reading_span_idx ON public.reading USING gist (span);

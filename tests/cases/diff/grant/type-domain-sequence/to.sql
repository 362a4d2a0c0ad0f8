CREATE TYPE public.mood AS ENUM ('ok');
CREATE DOMAIN public.d AS text;
CREATE SEQUENCE public.s;
CREATE TYPE public.pair AS (a integer);
REVOKE USAGE ON TYPE public.mood FROM PUBLIC;
GRANT USAGE ON TYPE public.mood TO corpus_writer;
GRANT USAGE ON DOMAIN public.d TO corpus_reader WITH GRANT OPTION;
GRANT USAGE, SELECT ON SEQUENCE public.s TO corpus_writer;
REVOKE ALL ON TYPE public.pair FROM PUBLIC;

CREATE TYPE public.mood AS ENUM ('ok');
CREATE DOMAIN public.d AS text;
CREATE SEQUENCE public.s;
CREATE TYPE public.pair AS (a integer);
GRANT USAGE ON TYPE public.mood TO corpus_reader;

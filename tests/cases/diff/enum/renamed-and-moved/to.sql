CREATE SCHEMA app;
CREATE TYPE app.kind AS ENUM ('a', 'b');
CREATE TABLE public.t (id integer PRIMARY KEY, one app.kind DEFAULT 'a');

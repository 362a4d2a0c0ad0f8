CREATE SCHEMA legacy;
CREATE TABLE legacy.a (id integer PRIMARY KEY);
CREATE TABLE legacy.b (id integer PRIMARY KEY, a integer REFERENCES legacy.a);
CREATE VIEW legacy.ab AS SELECT b.id FROM legacy.a JOIN legacy.b ON a.id = b.a;
CREATE TABLE public.kept (id integer PRIMARY KEY);

CREATE TABLE public.note (id integer PRIMARY KEY, body text);
CREATE SCHEMA archive;
CREATE TABLE archive.note (id integer PRIMARY KEY, body text);

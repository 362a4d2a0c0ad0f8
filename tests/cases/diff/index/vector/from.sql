CREATE EXTENSION vector;
CREATE TABLE public.doc (id bigint PRIMARY KEY, body text);

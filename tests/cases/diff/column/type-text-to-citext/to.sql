CREATE EXTENSION citext;
CREATE TABLE public.t (id integer PRIMARY KEY, email citext NOT NULL, CONSTRAINT t_email_key UNIQUE (email));

CREATE DOMAIN public.mail AS text CHECK (VALUE LIKE '%@%');
CREATE DOMAIN public.work_mail AS public.mail NOT NULL CONSTRAINT work CHECK (VALUE LIKE '%@work');
CREATE TABLE public.t (id integer PRIMARY KEY, m public.mail, w public.work_mail[]);

CREATE TABLE public.contact (id integer PRIMARY KEY, email text NOT NULL, data jsonb NOT NULL DEFAULT '{}');
CREATE INDEX contact_email_idx ON public.contact (lower(email));

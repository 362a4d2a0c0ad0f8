CREATE TABLE public.contact (id integer PRIMARY KEY, email text NOT NULL, name text, phone text);
CREATE INDEX contact_email_idx ON public.contact (email);

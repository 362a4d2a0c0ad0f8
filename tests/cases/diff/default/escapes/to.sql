CREATE TABLE public.t (id integer PRIMARY KEY, a text DEFAULT 'it''s "q" \ $$ -- x', b text DEFAULT E'line\nline', c text DEFAULT NULL, d text DEFAULT '');

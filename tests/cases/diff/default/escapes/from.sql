CREATE TABLE public.t (id integer PRIMARY KEY, a text DEFAULT 'plain', b text DEFAULT E'tab\t', c text DEFAULT 'null', d text);

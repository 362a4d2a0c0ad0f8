CREATE TABLE public.doc (id integer PRIMARY KEY, owner text, title text);
CREATE VIEW public.my_doc AS SELECT id, title FROM public.doc WHERE owner = CURRENT_USER;
CREATE VIEW public.barrier WITH (security_barrier) AS SELECT id FROM public.doc;
CREATE VIEW public.checked AS SELECT id, owner FROM public.doc WHERE owner <> '' WITH CASCADED CHECK OPTION;

CREATE TABLE public.doc (id integer PRIMARY KEY, owner text, title text);
CREATE VIEW public.my_doc WITH (security_barrier = true, security_invoker = true) AS SELECT id, title FROM public.doc WHERE owner = CURRENT_USER;
CREATE VIEW public.barrier AS SELECT id FROM public.doc;
CREATE VIEW public.checked AS SELECT id, owner FROM public.doc WHERE owner <> '' WITH LOCAL CHECK OPTION;

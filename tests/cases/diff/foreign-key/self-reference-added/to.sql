CREATE TABLE public.node (id integer PRIMARY KEY, parent integer REFERENCES public.node ON DELETE CASCADE);
CREATE INDEX node_parent ON public.node (parent);

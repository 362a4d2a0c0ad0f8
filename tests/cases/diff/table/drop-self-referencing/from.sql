CREATE TABLE public.kept (id integer PRIMARY KEY);
CREATE TABLE public.node (id integer PRIMARY KEY, parent integer REFERENCES public.node ON DELETE CASCADE, kept integer REFERENCES public.kept);
CREATE INDEX node_parent_idx ON public.node (parent);

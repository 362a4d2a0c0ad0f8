CREATE TABLE public.part (id integer PRIMARY KEY, parent integer REFERENCES public.part, name text);
CREATE RECURSIVE VIEW public.tree (id, depth) AS
    SELECT id, 0 FROM public.part WHERE parent IS NULL
    UNION ALL SELECT p.id, t.depth + 1 FROM public.part p JOIN tree t ON t.id = p.parent;

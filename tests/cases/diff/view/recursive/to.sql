CREATE TABLE public.part (id integer PRIMARY KEY, parent integer REFERENCES public.part, name text);
CREATE RECURSIVE VIEW public.tree (id, depth, path) AS
    SELECT id, 0, ARRAY[id] FROM public.part WHERE parent IS NULL
    UNION ALL SELECT p.id, t.depth + 1, t.path || p.id FROM public.part p JOIN tree t ON t.id = p.parent
    WHERE p.id <> ALL (t.path);

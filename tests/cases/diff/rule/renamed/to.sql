CREATE TABLE public.t (id integer PRIMARY KEY);
CREATE RULE never_delete AS ON DELETE TO public.t DO INSTEAD NOTHING;

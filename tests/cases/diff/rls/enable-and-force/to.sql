CREATE TABLE public.memo (id integer PRIMARY KEY, owner text);
ALTER TABLE public.memo ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.memo FORCE ROW LEVEL SECURITY;
CREATE TABLE public.other (id integer PRIMARY KEY);

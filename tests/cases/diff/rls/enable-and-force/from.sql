CREATE TABLE public.memo (id integer PRIMARY KEY, owner text);
CREATE TABLE public.other (id integer PRIMARY KEY);
ALTER TABLE public.other ENABLE ROW LEVEL SECURITY;

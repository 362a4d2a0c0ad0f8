CREATE TABLE public.thing (id integer PRIMARY KEY, a text, b text);
COMMENT ON TABLE public.thing IS 'a thing';
COMMENT ON COLUMN public.thing.b IS 'bee';

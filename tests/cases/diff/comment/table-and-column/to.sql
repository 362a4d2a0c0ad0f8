CREATE TABLE public.thing (id integer PRIMARY KEY, a text, b text);
COMMENT ON TABLE public.thing IS 'it''s a "thing" \ of £';
COMMENT ON COLUMN public.thing.a IS E'two\nlines';

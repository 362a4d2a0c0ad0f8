CREATE TABLE public.word (id integer PRIMARY KEY, w text COLLATE "C", v text);
CREATE INDEX word_w ON public.word (w);

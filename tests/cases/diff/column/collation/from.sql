CREATE TABLE public.word (id integer PRIMARY KEY, w text, v text COLLATE "C");
CREATE INDEX word_w ON public.word (w);

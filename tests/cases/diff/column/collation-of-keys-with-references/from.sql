CREATE TABLE public.word (id integer PRIMARY KEY, w text NOT NULL UNIQUE, v text COLLATE "C");
CREATE INDEX word_w_v ON public.word (w, v DESC);
COMMENT ON INDEX public.word_w_v IS 'in order';
ALTER TABLE public.word CLUSTER ON word_w_v;
ALTER TABLE public.word REPLICA IDENTITY USING INDEX word_w_key;
CREATE TABLE public.use (w text REFERENCES public.word (w) ON DELETE CASCADE);
COMMENT ON CONSTRAINT word_w_key ON public.word IS 'the key';

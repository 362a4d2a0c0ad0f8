CREATE TABLE public.t (id integer PRIMARY KEY, a integer, b text[]);
CREATE INDEX i1 ON public.t (a) WITH (deduplicate_items = off);
CREATE INDEX i2 ON public.t USING gin (b) WITH (gin_pending_list_limit = 128, fastupdate = on);

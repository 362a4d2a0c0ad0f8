CREATE TABLE public.post (
    id integer PRIMARY KEY, title text NOT NULL, body text NOT NULL,
    search tsvector GENERATED ALWAYS AS (setweight(to_tsvector('english', title), 'A') || to_tsvector('english', body)) STORED
);
CREATE INDEX post_search ON public.post USING gin (search);

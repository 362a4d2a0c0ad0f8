CREATE TABLE public.doc (id integer PRIMARY KEY, body text);
CREATE TEXT SEARCH CONFIGURATION public.plain_words (COPY = simple);

CREATE TABLE public.keeps (id integer PRIMARY KEY, label text NOT NULL);
CREATE TABLE public.comes (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    keeps_id integer NOT NULL REFERENCES public.keeps,
    at timestamptz NOT NULL DEFAULT now()
);

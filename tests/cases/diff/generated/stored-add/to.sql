CREATE TABLE public.rect (
    id integer PRIMARY KEY, w integer NOT NULL, h integer NOT NULL,
    area integer GENERATED ALWAYS AS (w * h) STORED
);
CREATE INDEX rect_area_idx ON public.rect (area);

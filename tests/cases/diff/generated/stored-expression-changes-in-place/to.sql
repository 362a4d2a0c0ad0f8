CREATE TABLE public.rect (
    id integer PRIMARY KEY, w integer NOT NULL, h integer NOT NULL,
    area integer GENERATED ALWAYS AS (w * h + 1) STORED
);
CREATE INDEX rect_area_idx ON public.rect (area);
CREATE VIEW public.big AS SELECT id, area FROM public.rect WHERE area > 100;

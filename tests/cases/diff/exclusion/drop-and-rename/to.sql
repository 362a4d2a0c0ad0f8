CREATE TABLE public.a (during tsrange);
CREATE TABLE public.b (during tsrange, CONSTRAINT b_no_overlap EXCLUDE USING gist (during WITH &&));

CREATE TABLE public.a (during tsrange, CONSTRAINT a_excl EXCLUDE USING gist (during WITH &&));
CREATE TABLE public.b (during tsrange, CONSTRAINT b_excl EXCLUDE USING gist (during WITH &&));

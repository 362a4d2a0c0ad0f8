-- expect: table public.nothing
CREATE TABLE nothing ();

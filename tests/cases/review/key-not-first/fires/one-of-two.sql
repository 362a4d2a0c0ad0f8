-- expect: column public.a.y
CREATE TABLE a (x int, name text, y int, PRIMARY KEY (x, y));

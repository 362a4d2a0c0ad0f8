-- expect: constraint public.a.a_pkey
CREATE TABLE a (x int, y int, z int, u int, v int, PRIMARY KEY (x, y, z, u));

-- expect: constraint public.a.der "Schlüssel"
CREATE TABLE a (x int, y int, z int, u int, v int, CONSTRAINT "der ""Schlüssel""" PRIMARY KEY (x, y, z, u, v));
CREATE TABLE b (id int PRIMARY KEY, x int, y int, z int, u int, v int, FOREIGN KEY (x, y, z, u, v) REFERENCES a);

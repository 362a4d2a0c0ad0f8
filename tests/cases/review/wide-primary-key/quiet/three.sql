CREATE TABLE a (x int, y int, z int, u int, PRIMARY KEY (x, y, z), UNIQUE (x, y, z, u));

-- What is only included is no part of the key.
CREATE TABLE a (x int, y int, z int, u int, PRIMARY KEY (x) INCLUDE (y, z, u));

CREATE TABLE a (x int, y int, name text, PRIMARY KEY (y, x));
CREATE TABLE b (name text);

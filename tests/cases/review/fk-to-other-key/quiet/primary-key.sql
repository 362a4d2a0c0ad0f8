-- The primary key in another order; a parent without a primary key has no other choice.
CREATE TABLE a (x int, y int, PRIMARY KEY (x, y), UNIQUE (y, x));
CREATE TABLE b (name text UNIQUE);
CREATE TABLE c (id int PRIMARY KEY, x int, y int, name text REFERENCES b (name), FOREIGN KEY (y, x) REFERENCES a (y, x));

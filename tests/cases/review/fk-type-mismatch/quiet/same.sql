CREATE TABLE a (x numeric(10, 2), y char(3), PRIMARY KEY (x, y));
CREATE TABLE b (x numeric(10, 2), y char(3), FOREIGN KEY (x, y) REFERENCES a);

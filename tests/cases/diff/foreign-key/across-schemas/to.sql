CREATE SCHEMA a;
CREATE SCHEMA b;
CREATE TABLE a.one (id integer PRIMARY KEY, two integer);
CREATE TABLE b.two (id integer PRIMARY KEY, one integer REFERENCES a.one);
ALTER TABLE a.one ADD FOREIGN KEY (two) REFERENCES b.two;
CREATE TABLE b.three (id integer PRIMARY KEY, one integer NOT NULL REFERENCES a.one ON DELETE CASCADE, two integer REFERENCES b.two);

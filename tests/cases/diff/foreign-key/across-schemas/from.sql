CREATE SCHEMA a;
CREATE SCHEMA b;
CREATE TABLE a.one (id integer PRIMARY KEY);
CREATE TABLE b.two (id integer PRIMARY KEY, one integer REFERENCES a.one);

CREATE SCHEMA a;
CREATE SCHEMA b;
CREATE TABLE a.thing (id integer PRIMARY KEY, n integer);
CREATE TABLE b.other (id integer PRIMARY KEY, n integer);
CREATE TABLE b.thing (id integer PRIMARY KEY);
CREATE INDEX other ON a.thing (n);

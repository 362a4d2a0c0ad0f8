CREATE DOMAIN email AS text NOT NULL;
CREATE TABLE people (id bigint PRIMARY KEY, mail email NOT NULL);

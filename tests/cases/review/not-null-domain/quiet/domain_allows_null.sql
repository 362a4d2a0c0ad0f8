-- A CHECK alone lets NULL pass, as it should.
CREATE DOMAIN email AS text CHECK (VALUE LIKE '%@%');
CREATE TABLE people (id bigint PRIMARY KEY, mail email, note text);

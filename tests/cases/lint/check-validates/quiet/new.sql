CREATE TABLE things (id bigint PRIMARY KEY, a int);
ALTER TABLE things ADD CHECK (a > 0);

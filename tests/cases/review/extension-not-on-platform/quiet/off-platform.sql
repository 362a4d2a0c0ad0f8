-- Nobody said where it runs, and nothing shows it.
CREATE EXTENSION file_fdw;
CREATE EXTENSION pageinspect;
CREATE TABLE notes (id bigint PRIMARY KEY, body text NOT NULL);

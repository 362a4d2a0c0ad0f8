-- platform: supabase
CREATE EXTENSION pg_trgm;
CREATE EXTENSION citext;
CREATE EXTENSION pageinspect;
CREATE TABLE notes (id bigint PRIMARY KEY, body text NOT NULL);

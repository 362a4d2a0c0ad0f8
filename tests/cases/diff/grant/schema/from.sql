CREATE SCHEMA api;
CREATE SCHEMA internal;
GRANT USAGE ON SCHEMA internal TO corpus_reader;

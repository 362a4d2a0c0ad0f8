CREATE SCHEMA api;
CREATE SCHEMA internal;
GRANT USAGE ON SCHEMA api TO corpus_reader;
GRANT USAGE, CREATE ON SCHEMA internal TO corpus_writer;

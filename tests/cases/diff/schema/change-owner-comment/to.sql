CREATE SCHEMA archive;
ALTER SCHEMA archive OWNER TO corpus_librarian;
COMMENT ON SCHEMA archive IS 'things of earlier years';

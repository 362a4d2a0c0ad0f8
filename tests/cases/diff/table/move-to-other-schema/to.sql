CREATE SCHEMA archive;
CREATE TABLE archive.audit (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, what text NOT NULL);
CREATE INDEX audit_what_idx ON archive.audit (what);
CREATE VIEW public.audit_words AS SELECT DISTINCT what FROM archive.audit;

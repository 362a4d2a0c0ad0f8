-- facts: {"tables": {"public.docs": {"rows": 300000, "pages": 90000}}}
CREATE EXTENSION vector;
CREATE TABLE docs (id bigint PRIMARY KEY, embedding vector(3));
CREATE INDEX ON docs USING ivfflat (embedding) WITH (lists = 300);

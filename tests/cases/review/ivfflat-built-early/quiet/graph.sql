-- An HNSW index learns as rows come.
-- facts: {"tables": {"public.docs": {"rows": 3, "pages": 1}}}
CREATE EXTENSION vector;
CREATE TABLE docs (id bigint PRIMARY KEY, embedding vector(3));
CREATE INDEX ON docs USING hnsw (embedding vector_l2_ops);

-- expect: column public.docs.embedding
-- severity: warning
-- query: SELECT id FROM docs ORDER BY embedding <=> $1 LIMIT 5
CREATE EXTENSION vector;
CREATE TABLE docs (id bigint PRIMARY KEY, embedding vector(3));
CREATE INDEX ON docs USING hnsw (embedding vector_l2_ops);

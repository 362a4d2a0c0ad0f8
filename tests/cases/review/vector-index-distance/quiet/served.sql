-- query: SELECT id FROM docs ORDER BY embedding <=> $1 LIMIT 5
-- query: SELECT id FROM other WHERE x <-> y < 3
CREATE EXTENSION vector;
CREATE TABLE docs (id bigint PRIMARY KEY, embedding vector(3));
CREATE INDEX ON docs USING hnsw (embedding vector_cosine_ops);

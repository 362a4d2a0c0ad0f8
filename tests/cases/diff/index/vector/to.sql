CREATE EXTENSION vector;
CREATE TABLE public.doc (id bigint PRIMARY KEY, body text, embedding vector(8));
CREATE INDEX doc_embedding ON public.doc USING hnsw (embedding vector_cosine_ops) WITH (m = 8, ef_construction = 32);

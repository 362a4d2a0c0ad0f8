-- expect: index public.docs.docs_embedding_idx
-- severity: warning
-- facts: {"tables": {"public.docs": {"rows": 12, "pages": 1}}}
CREATE EXTENSION vector;
CREATE TABLE docs (id bigint PRIMARY KEY, embedding vector(3));
CREATE INDEX ON docs USING ivfflat (embedding vector_cosine_ops);

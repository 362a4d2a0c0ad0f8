-- expect: column public.docs.embedding
-- severity: warning
CREATE EXTENSION vector;
CREATE TABLE docs (id bigint PRIMARY KEY, embedding vector(3072));

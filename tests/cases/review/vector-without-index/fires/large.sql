-- expect: column public.docs.embedding
-- severity: warning
-- facts: {"tables": {"public.docs": {"rows": 200000, "pages": 90000}}}
CREATE EXTENSION vector;
CREATE TABLE docs (id bigint PRIMARY KEY, body text, embedding vector(1536));

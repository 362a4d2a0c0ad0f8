-- By either method, or by an expression.
-- facts: {"tables": {"public.a": {"rows": 200000, "pages": 90000}, "public.b": {"rows": 200000, "pages": 90000}, "public.c": {"rows": 200000, "pages": 90000}}}
CREATE EXTENSION vector;
CREATE TABLE a (id bigint PRIMARY KEY, embedding vector(3));
CREATE INDEX ON a USING hnsw (embedding vector_l2_ops);
CREATE TABLE b (id bigint PRIMARY KEY, embedding vector(3));
CREATE INDEX ON b USING ivfflat (embedding vector_l2_ops);
CREATE TABLE c (id bigint PRIMARY KEY, embedding vector(3));
CREATE INDEX ON c USING hnsw ((embedding::halfvec(3)) halfvec_l2_ops);

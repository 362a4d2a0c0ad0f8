-- facts: {"tables": {"public.a": {"rows": 900, "pages": 90}}}
CREATE EXTENSION vector;
CREATE TABLE a (id bigint PRIMARY KEY, embedding vector(3));

-- expect: column public.Docs.Em"bed
-- query: SELECT id FROM "Docs" ORDER BY "Em""bed" <-> $1 LIMIT 5
CREATE EXTENSION vector;
CREATE TABLE "Docs" (id bigint PRIMARY KEY, "Em""bed" vector(3));
CREATE INDEX ON "Docs" USING ivfflat ("Em""bed" vector_cosine_ops);

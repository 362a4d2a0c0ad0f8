-- expect: index public.Docs.Docs by l2
-- facts: {"tables": {"public.\"Docs\"": {"rows": 900000, "pages": 90000}}}
CREATE EXTENSION vector;
CREATE TABLE "Docs" (id bigint PRIMARY KEY, embedding vector(3));
CREATE INDEX "Docs by l2" ON "Docs" USING ivfflat (embedding) WITH (lists = 10);

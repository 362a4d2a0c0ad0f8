-- expect: index public.Post.by doc
-- expect: index public.Post.by numbers
CREATE TABLE "Post" (id bigint PRIMARY KEY, "the doc" jsonb, "the numbers" int[], note text);
CREATE INDEX "by doc" ON "Post" ("the doc", note);
CREATE INDEX "by numbers" ON "Post" ("the numbers");

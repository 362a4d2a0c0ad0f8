-- A tool quotes every name here.
-- expect: table public.user
-- severity: info
CREATE TABLE "user" (id bigint PRIMARY KEY, "firstName" text, "lastName" text, "createdAt" timestamptz);
CREATE TABLE "Post" (id bigint PRIMARY KEY, "authorId" bigint, "createdAt" timestamptz);

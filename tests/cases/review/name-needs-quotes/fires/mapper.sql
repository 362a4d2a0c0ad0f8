-- expect: schema public
-- severity: info
CREATE TABLE "User" (id bigint PRIMARY KEY, "createdAt" timestamptz, "User" text, "Order" text);
CREATE TABLE "Post" (id bigint PRIMARY KEY, "authorId" bigint REFERENCES "User");

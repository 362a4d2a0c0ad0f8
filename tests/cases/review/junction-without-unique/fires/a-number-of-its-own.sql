-- A table with a number may be a thing of its own, but not with the names of both parents in its name.
-- expect: table public.group "User"
-- expect: table public.likes
-- severity: warning
-- severity: info
CREATE TABLE "user" (id bigint PRIMARY KEY, name text);
CREATE TABLE "group" (id uuid PRIMARY KEY, name text);
CREATE TABLE "group ""User""" (
    id bigint PRIMARY KEY, "der User" bigint NOT NULL REFERENCES "user", "group" uuid NOT NULL REFERENCES "group",
    deleted_at timestamptz
);
CREATE TABLE likes (
    id bigint PRIMARY KEY, "user" bigint NOT NULL REFERENCES "user", "group" uuid NOT NULL REFERENCES "group",
    "createdAt" timestamptz NOT NULL
);

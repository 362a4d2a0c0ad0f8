-- expect: column public.lines.end
-- expect: column public.lines.order
-- expect: table public.group
-- expect: table public.user
-- expect: view public.left
-- severity: warning
CREATE TABLE "user" (id bigint PRIMARY KEY, name text);
CREATE TABLE "group" (id bigint PRIMARY KEY, name text);
CREATE TABLE groups (id bigint PRIMARY KEY, name text);
CREATE TABLE lines (id bigint PRIMARY KEY, "order" bigint, "end" date, start date);
CREATE VIEW "left" AS SELECT id FROM "user";

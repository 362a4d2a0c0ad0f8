-- expect: column public.lines.current_date
-- expect: table public.group
-- expect: table public.user
-- expect: view public.left
-- expect: column public.lines.order
-- severity: warning
-- severity: warning
-- severity: warning
-- severity: warning
-- severity: info
CREATE TABLE "user" (id bigint PRIMARY KEY, name text);
CREATE TABLE "group" (id bigint PRIMARY KEY, name text);
CREATE TABLE groups (id bigint PRIMARY KEY, name text);
CREATE TABLE lines (id bigint PRIMARY KEY, "order" bigint, "current_date" date);
CREATE VIEW "left" AS SELECT id FROM "user";

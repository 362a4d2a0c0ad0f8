-- expect: index public.Users.by "mail"
-- severity: info
CREATE TABLE "Users" (id bigint PRIMARY KEY, "E mail" text NOT NULL, gone boolean);
CREATE INDEX "by ""mail""" ON "Users" ("E mail") WHERE "E mail" IS NOT NULL AND NOT gone;

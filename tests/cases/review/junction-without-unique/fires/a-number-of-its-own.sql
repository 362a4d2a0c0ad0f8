-- expect: table public.Mitglied "im" Verein
-- severity: warning
CREATE TABLE "user" (id bigint PRIMARY KEY, name text);
CREATE TABLE "group" (id uuid PRIMARY KEY, name text);
CREATE TABLE "Mitglied ""im"" Verein" (
    id bigint PRIMARY KEY, "der User" bigint NOT NULL REFERENCES "user", "group" uuid NOT NULL REFERENCES "group",
    deleted_at timestamptz
);

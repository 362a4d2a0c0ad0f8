-- roles: authenticated
-- expect: table public.Us"ers
CREATE TABLE "Us""ers" (id bigint PRIMARY KEY, "phoneNumber" text NOT NULL, password_hash text, nick text, at timestamptz);
GRANT SELECT (id, "phoneNumber", nick) ON "Us""ers" TO authenticated;

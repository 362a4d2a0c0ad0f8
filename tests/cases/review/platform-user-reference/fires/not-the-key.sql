-- expect: constraint public.Pro"files.refers "to"
CREATE SCHEMA auth; CREATE SCHEMA storage; CREATE SCHEMA realtime; CREATE SCHEMA vault;
CREATE TABLE auth.users (id uuid PRIMARY KEY, email text UNIQUE);
CREATE TABLE "Pro""files" (id bigint PRIMARY KEY, email text CONSTRAINT "refers ""to""" REFERENCES auth.users (email) ON DELETE CASCADE);

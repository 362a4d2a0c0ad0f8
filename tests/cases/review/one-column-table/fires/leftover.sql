-- expect: table public.Test "1"
-- expect: table public.names
-- severity: info
CREATE TABLE "Test ""1""" (a text);
CREATE TABLE names (name text PRIMARY KEY);

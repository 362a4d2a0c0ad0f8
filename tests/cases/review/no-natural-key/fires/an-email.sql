-- expect: table public.Kunden
CREATE TABLE "Kunden" (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL, "Email" text, since date);

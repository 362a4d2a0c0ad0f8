-- expect: table public.Reading "s"
CREATE TABLE "Reading ""s""" ("ok?" boolean, "order" bigint PRIMARY KEY, n int, "from" timestamptz, note text);

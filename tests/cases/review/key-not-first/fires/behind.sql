-- expect: column public.a.ID
CREATE TABLE a (name text, "ID" bigint PRIMARY KEY);

-- expect: column public.a.id
-- severity: info
CREATE SEQUENCE "a's seq";
CREATE TABLE a (id int PRIMARY KEY DEFAULT nextval('"a''s seq"'), name text NOT NULL);
ALTER SEQUENCE "a's seq" OWNED BY a.id;

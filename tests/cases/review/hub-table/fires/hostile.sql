-- expect: table My.It"em
CREATE SCHEMA "My";
CREATE TABLE "My"."It""em" (id bigint PRIMARY KEY, name text, at timestamptz);
CREATE TABLE a (id bigint PRIMARY KEY, at timestamptz);
CREATE TABLE b (id bigint PRIMARY KEY, a bigint REFERENCES a);
CREATE TABLE c (id bigint PRIMARY KEY, b bigint REFERENCES b);
CREATE TABLE d (id bigint PRIMARY KEY, c bigint REFERENCES c);
DO $$ BEGIN FOR n IN 1..20 LOOP EXECUTE format('CREATE TABLE t%s (id bigint PRIMARY KEY, item bigint REFERENCES "My"."It""em")', n); END LOOP; END $$;

-- All refer to users by nature.
CREATE TABLE users (id bigint PRIMARY KEY, name text, at timestamptz);
CREATE TABLE a (id bigint PRIMARY KEY, at timestamptz);
CREATE TABLE b (id bigint PRIMARY KEY, a bigint REFERENCES a);
CREATE TABLE c (id bigint PRIMARY KEY, b bigint REFERENCES b);
CREATE TABLE d (id bigint PRIMARY KEY, c bigint REFERENCES c);
DO $$ BEGIN FOR n IN 1..20 LOOP EXECUTE format('CREATE TABLE t%s (id bigint PRIMARY KEY, u bigint REFERENCES users)', n); END LOOP; END $$;

-- expect: table public.item
-- severity: info
CREATE TABLE item (id bigint PRIMARY KEY, name text, at timestamptz);
CREATE TABLE a (id bigint PRIMARY KEY, at timestamptz);
CREATE TABLE b (id bigint PRIMARY KEY, a bigint REFERENCES a);
CREATE TABLE c (id bigint PRIMARY KEY, b bigint REFERENCES b);
CREATE TABLE d (id bigint PRIMARY KEY, c bigint REFERENCES c);
DO $$ BEGIN FOR n IN 1..18 LOOP EXECUTE format('CREATE TABLE t%s (id bigint PRIMARY KEY, item bigint REFERENCES item)', n); END LOOP; END $$;

-- expect: table public.a
-- severity: error
CREATE TABLE a (id bigint PRIMARY KEY, "b ""id""" bigint NOT NULL);
CREATE TABLE b (id bigint PRIMARY KEY, c_id bigint NOT NULL);
CREATE TABLE c (id bigint PRIMARY KEY, a_id bigint NOT NULL REFERENCES a, d_id bigint);
CREATE TABLE d (id bigint PRIMARY KEY, b_id bigint REFERENCES b);
ALTER TABLE a ADD FOREIGN KEY ("b ""id""") REFERENCES b;
ALTER TABLE b ADD FOREIGN KEY (c_id) REFERENCES c;

-- roles: app, some "body"
-- expect: table public.t6
-- severity: info
CREATE TABLE t1 (id int PRIMARY KEY); ALTER TABLE t1 OWNER TO app;
CREATE TABLE t2 (id int PRIMARY KEY); ALTER TABLE t2 OWNER TO app;
CREATE TABLE t3 (id int PRIMARY KEY); ALTER TABLE t3 OWNER TO app;
CREATE TABLE t4 (id int PRIMARY KEY); ALTER TABLE t4 OWNER TO app;
CREATE TABLE t5 (id int PRIMARY KEY); ALTER TABLE t5 OWNER TO app;
CREATE TABLE t6 (id int PRIMARY KEY); ALTER TABLE t6 OWNER TO "some ""body""";

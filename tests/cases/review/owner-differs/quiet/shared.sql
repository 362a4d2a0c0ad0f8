-- Two services share the schema; partitions and bookkeeping do not count.
-- roles: app, other
CREATE TABLE t1 (id int PRIMARY KEY); ALTER TABLE t1 OWNER TO app;
CREATE TABLE t2 (id int PRIMARY KEY); ALTER TABLE t2 OWNER TO app;
CREATE TABLE t3 (id int PRIMARY KEY); ALTER TABLE t3 OWNER TO app;
CREATE TABLE t4 (id int PRIMARY KEY); ALTER TABLE t4 OWNER TO other;
CREATE TABLE t5 (id int PRIMARY KEY); ALTER TABLE t5 OWNER TO other;
CREATE TABLE schema_migrations (version text PRIMARY KEY);

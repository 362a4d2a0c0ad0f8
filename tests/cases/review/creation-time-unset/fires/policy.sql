-- expect: database
-- severity: warning
CREATE TABLE a (id bigint PRIMARY KEY, created_at timestamptz);
CREATE TABLE b (id bigint PRIMARY KEY, created_at timestamptz);
CREATE TABLE c (id bigint PRIMARY KEY, created_at timestamptz NOT NULL);
CREATE TABLE d (id bigint PRIMARY KEY, created date);
CREATE TABLE e (id bigint PRIMARY KEY, date_created timestamp);
CREATE TABLE f (id bigint PRIMARY KEY, "inserted""at" timestamp);

-- expect: database
-- severity: warning
-- encoding: SQL_ASCII
CREATE TABLE a (id bigint PRIMARY KEY);

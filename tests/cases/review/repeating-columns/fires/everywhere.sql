-- expect: database
-- severity: warning
CREATE TABLE a (id bigint PRIMARY KEY, remark1 text, remark2 text, remark3 text);
CREATE TABLE b (id bigint PRIMARY KEY, remark1 text, remark2 text, remark3 text);
CREATE TABLE c (id bigint PRIMARY KEY, remark1 text, remark2 text, remark3 text);
CREATE TABLE d (id bigint PRIMARY KEY, remark1 text, remark2 text, remark3 text);
CREATE TABLE e (id bigint PRIMARY KEY, remark1 text, remark2 text, remark3 text);
CREATE TABLE f (id bigint PRIMARY KEY, remark1 text, remark2 text, remark3 text);

-- bpchar without a length does not pad, and "char" is one byte.
CREATE TABLE users (id bigint PRIMARY KEY, note bpchar, kind "char", flags bit(4), name varchar(20));

-- encoding: LATIN1
CREATE TABLE a (id bigint PRIMARY KEY, body text);

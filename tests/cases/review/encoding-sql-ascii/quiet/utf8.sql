CREATE TABLE a (id bigint PRIMARY KEY, body text);

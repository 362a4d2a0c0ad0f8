CREATE TABLE things (id bigint PRIMARY KEY);
TRUNCATE things;

CREATE TABLE things (id bigint PRIMARY KEY);
DROP TABLE things;

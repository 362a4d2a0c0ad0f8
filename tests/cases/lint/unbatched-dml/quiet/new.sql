CREATE TABLE things (id bigint PRIMARY KEY);
DELETE FROM things;

CREATE TABLE Things (id bigint PRIMARY KEY, Name text);

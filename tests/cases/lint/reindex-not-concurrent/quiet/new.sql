CREATE TABLE things (id bigint PRIMARY KEY);
REINDEX TABLE things;

-- expect: database
-- encoding: SQL_ASCII
CREATE TABLE "Texts" (id bigint PRIMARY KEY, body text COLLATE "C");

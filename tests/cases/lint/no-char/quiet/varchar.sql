CREATE TABLE things (id bigint PRIMARY KEY, a varchar(20));

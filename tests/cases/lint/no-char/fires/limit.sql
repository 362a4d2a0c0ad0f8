-- at: things.a
CREATE TABLE things (id bigint PRIMARY KEY, a char(20));

-- The sequence ends where the column does; one that counts down never reaches its maximum.
CREATE SEQUENCE a_id_seq MAXVALUE 2147483647;
CREATE TABLE a (id int PRIMARY KEY DEFAULT nextval('a_id_seq'));
ALTER SEQUENCE a_id_seq OWNED BY a.id;
CREATE SEQUENCE b_id_seq INCREMENT -1 MAXVALUE 5000000000 START 1;
CREATE TABLE b (id int PRIMARY KEY DEFAULT nextval('b_id_seq'));
ALTER SEQUENCE b_id_seq OWNED BY b.id;

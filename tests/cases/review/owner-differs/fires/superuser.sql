-- roles: app
-- expect: table shop.t6
CREATE SCHEMA shop;
CREATE TABLE shop.t1 (id int PRIMARY KEY); ALTER TABLE shop.t1 OWNER TO app;
CREATE TABLE shop.t2 (id int PRIMARY KEY); ALTER TABLE shop.t2 OWNER TO app;
CREATE TABLE shop.t3 (id int PRIMARY KEY); ALTER TABLE shop.t3 OWNER TO app;
CREATE TABLE shop.t4 (id int PRIMARY KEY); ALTER TABLE shop.t4 OWNER TO app;
CREATE TABLE shop.t5 (id int PRIMARY KEY); ALTER TABLE shop.t5 OWNER TO app;
CREATE TABLE shop.t6 (id int PRIMARY KEY);

-- expect: database
CREATE TABLE users (id bigint PRIMARY KEY, name text);
CREATE TABLE a (id bigint PRIMARY KEY, user_id bigint);
CREATE TABLE b (id bigint PRIMARY KEY, user_id bigint, a_id bigint);

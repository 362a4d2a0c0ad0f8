-- Others may read it, it is stored otherwise, it belongs to another schema, or it is not one to one.
CREATE TABLE staff (id bigint PRIMARY KEY);
CREATE TABLE salaries (staff_id bigint PRIMARY KEY REFERENCES staff, cents bigint NOT NULL);
ALTER TABLE salaries ENABLE ROW LEVEL SECURITY;
CREATE TABLE posts (id bigint PRIMARY KEY);
CREATE TABLE post_counters (post_id bigint PRIMARY KEY REFERENCES posts, views bigint NOT NULL) WITH (fillfactor = 50);
CREATE TABLE users (id bigint PRIMARY KEY);
CREATE SCHEMA billing;
CREATE TABLE billing.accounts (user_id bigint PRIMARY KEY REFERENCES users, cents bigint NOT NULL);
CREATE TABLE games (id bigint PRIMARY KEY);
CREATE TABLE scores (game_id bigint REFERENCES games, player integer, points integer NOT NULL, PRIMARY KEY (game_id, player));

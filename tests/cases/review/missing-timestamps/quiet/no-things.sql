-- Codes, junctions, events, and a fact with its own date.
CREATE TABLE colours (id bigint PRIMARY KEY, name text);
CREATE TABLE users (id bigint PRIMARY KEY, name text, email text, registered date, phone text);
CREATE TABLE likes (a bigint REFERENCES users, b bigint REFERENCES users, PRIMARY KEY (a, b));
CREATE TABLE click_events (id bigint PRIMARY KEY, x int, y int, page text, agent text);
CREATE TABLE sales (id bigint PRIMARY KEY, day date, amount numeric, shop text, product text);

CREATE TABLE log (at timestamptz NOT NULL, body text);
CREATE TABLE aside (at timestamptz NOT NULL, body text);
CREATE TABLE users (id bigint PRIMARY KEY);
CREATE PUBLICATION additions FOR TABLE log WITH (publish = 'insert');
CREATE PUBLICATION people FOR TABLE users;

CREATE TYPE mood AS ENUM ('good', 'bad');
CREATE DOMAIN state AS text CHECK (VALUE IN ('on', 'off'));
CREATE TABLE statuses (code text PRIMARY KEY, status text UNIQUE);
CREATE TABLE a (
    id bigint PRIMARY KEY, status text REFERENCES statuses, state state, kind mood,
    role text NOT NULL CHECK (role = ANY (ARRAY['admin', 'member']))
);

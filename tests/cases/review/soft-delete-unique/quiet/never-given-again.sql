-- Tokens and ids are not chosen; a foreign key needs its target whole.
CREATE TABLE apps (
    id bigint PRIMARY KEY, api_token text UNIQUE, external_id text UNIQUE, name text UNIQUE, deleted_at timestamptz
);
CREATE TABLE uses (id bigint PRIMARY KEY, app text REFERENCES apps (name));

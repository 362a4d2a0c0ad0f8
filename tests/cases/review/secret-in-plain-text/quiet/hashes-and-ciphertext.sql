-- Named so, beside what says so, of a hash's length, or with values that ANALYZE saw.
-- facts: {"columns": {"public.seen": [{"column": "password", "most_common_values": "{\"$2b$12$KIXQ4S\",\"$2b$12$abcdef\"}"}]}}
CREATE TABLE a (id bigint PRIMARY KEY, password_hash text, encrypted_password text, secret_enc bytea, token_digest text);
CREATE TABLE b (id bigint PRIMARY KEY, password text, password_salt text);
CREATE TABLE c (id bigint PRIMARY KEY, api_key text, api_key_encrypted text);
CREATE TABLE d (id bigint PRIMARY KEY, password varchar(60), secret char(64), api_key bytea);
CREATE TABLE e (id bigint PRIMARY KEY, password text);
COMMENT ON COLUMN e.password IS 'Argon2 hash';
CREATE TABLE f (id bigint PRIMARY KEY, password text CHECK (password ~ '^\$argon2'));
CREATE TABLE seen (id bigint PRIMARY KEY, password text);

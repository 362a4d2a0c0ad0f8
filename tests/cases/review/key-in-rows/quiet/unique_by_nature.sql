-- Hashes, titles and amounts are unique by how they are made or by chance; a log repeats nothing and needs no key.
-- facts: {"read": {"public.files": {"rows": 900, "whole": true, "keys": [{"columns": ["sha256"], "rows": 900}, {"columns": ["title"], "rows": 900}, {"columns": ["bytes"], "rows": 900}, {"columns": ["owner_id", "bytes"], "rows": 900}, {"columns": ["folder_code"], "rows": 900}]}}}
-- facts: {"read": {"public.mail_log": {"rows": 900, "whole": true, "keys": [{"columns": ["email"], "rows": 900}]}}}
CREATE TABLE owners (id bigint PRIMARY KEY);
CREATE TABLE files (
    id bigint PRIMARY KEY,
    sha256 text NOT NULL,
    title text NOT NULL,
    bytes bigint NOT NULL,
    owner_id bigint NOT NULL REFERENCES owners,
    folder_code double precision NOT NULL
);
CREATE TABLE mail_log (id bigint PRIMARY KEY, email text NOT NULL);

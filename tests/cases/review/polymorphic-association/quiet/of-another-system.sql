CREATE TABLE identities (id bigint PRIMARY KEY, oauth_type text, oauth_id text, external_type text, external_id text);

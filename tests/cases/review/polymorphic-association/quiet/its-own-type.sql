CREATE TABLE device_credentials (id bigint PRIMARY KEY, credentials_type text, credentials_id text, msg_type text, msg_id uuid);

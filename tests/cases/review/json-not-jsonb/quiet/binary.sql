CREATE TABLE events (id bigint PRIMARY KEY, data jsonb, text_data text);

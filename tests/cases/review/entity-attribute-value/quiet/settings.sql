-- Plain lists of keys and values, and queue states.
CREATE TABLE users (id bigint PRIMARY KEY);
CREATE TABLE user_settings (user_id bigint REFERENCES users, key text, value text, PRIMARY KEY (user_id, key));
CREATE TABLE queue_state (id bigint PRIMARY KEY, user_id bigint REFERENCES users, key text, value text);
CREATE TABLE metadata (key text PRIMARY KEY, value text);

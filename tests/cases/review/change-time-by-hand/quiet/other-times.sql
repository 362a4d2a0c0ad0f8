-- When something else changed, who changed it, and a number.
CREATE TABLE users (id bigint PRIMARY KEY, password_updated_at timestamptz, updated_by text, updated_at bigint, changed boolean);
CREATE TABLE users_log (id bigint PRIMARY KEY, at timestamptz);

-- expect: database
-- severity: warning
CREATE TABLE users (id bigint PRIMARY KEY, created_at timestamp(0), updated_at timestamp(0) DEFAULT CURRENT_TIMESTAMP);
CREATE TABLE posts (id bigint PRIMARY KEY, created_at timestamp(0), at time(0), "order" timestamptz(0));
CREATE INDEX ON posts (created_at);

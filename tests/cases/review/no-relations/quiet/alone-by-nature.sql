-- Queues, logs, settings and lists of codes stand alone.
CREATE TABLE users (id bigint PRIMARY KEY, name text, email text);
CREATE TABLE orders (id bigint PRIMARY KEY, user_id bigint REFERENCES users, total numeric);
CREATE TABLE mail_queue (id bigint PRIMARY KEY, body text, at timestamptz);
CREATE TABLE "auditLog" (id bigint PRIMARY KEY, body text, at timestamptz);
CREATE TABLE site_settings (id bigint PRIMARY KEY, body jsonb, at timestamptz);
CREATE TABLE countries (id bigint PRIMARY KEY, name text, code text);

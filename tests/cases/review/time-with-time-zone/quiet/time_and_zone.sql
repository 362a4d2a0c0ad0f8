CREATE TABLE shops (id bigint PRIMARY KEY, opens time NOT NULL, zone text NOT NULL, opened_at timestamptz);

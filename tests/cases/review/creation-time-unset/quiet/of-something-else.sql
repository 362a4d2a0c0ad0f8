-- Who made it, what was made elsewhere, and numbers are not the row's time of creation.
CREATE TABLE mails (id bigint PRIMARY KEY, created_by text, account_created_at timestamptz, created_at_ms bigint, created boolean);
CREATE TABLE tasks (id bigint PRIMARY KEY, first_created_order date, updated_at timestamptz);

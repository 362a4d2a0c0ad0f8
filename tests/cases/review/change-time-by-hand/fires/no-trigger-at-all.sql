-- expect: database
-- severity: info
CREATE TABLE orders (id bigint PRIMARY KEY, total numeric, updated_at timestamptz);
CREATE TABLE users (id bigint PRIMARY KEY, name text, updated_at timestamptz NOT NULL DEFAULT now());
CREATE TABLE "Parts" (id bigint PRIMARY KEY, name text, "last""Modified" timestamp);

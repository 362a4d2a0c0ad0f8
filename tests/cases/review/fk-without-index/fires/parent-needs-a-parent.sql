-- expect: constraint public.orders.orders_customer_id_fkey
CREATE TYPE kind AS ENUM ('private', 'company');
CREATE DOMAIN email AS text CHECK (VALUE ~~ '%@%' OR VALUE IS NULL);
CREATE TABLE regions (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL CHECK (length(name) > 2));
CREATE TABLE customers (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(), region_id int NOT NULL REFERENCES regions, kind kind NOT NULL,
    score int NOT NULL CHECK (score BETWEEN 1 AND 5), contact email, since timestamptz NOT NULL
);
CREATE INDEX ON customers (region_id);
CREATE TABLE orders (id bigint PRIMARY KEY, customer_id uuid NOT NULL REFERENCES customers ON DELETE CASCADE);

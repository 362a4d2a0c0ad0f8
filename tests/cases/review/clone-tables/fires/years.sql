-- expect: table public.orders_2023
-- severity: warning
CREATE TABLE orders_2023 (id bigint PRIMARY KEY, customer text NOT NULL, total numeric);
CREATE TABLE orders_2024 (id bigint PRIMARY KEY, customer text NOT NULL, total numeric);
CREATE TABLE orders_2025 (id bigint PRIMARY KEY, customer text NOT NULL, total numeric);
CREATE TABLE customers (id bigint PRIMARY KEY, name text, email text);

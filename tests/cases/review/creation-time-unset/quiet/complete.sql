CREATE TABLE orders (id bigint PRIMARY KEY, created_at timestamptz NOT NULL DEFAULT now());
CREATE TABLE parts (id bigint PRIMARY KEY, created_at date NOT NULL DEFAULT current_date);

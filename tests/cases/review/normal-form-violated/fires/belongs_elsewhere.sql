-- What the reference determines belongs where it points.
-- expect: table public.invoices
-- facts: {"dependencies": {"public.invoices": [{"table": "public.invoices", "left": ["customer_id"], "right": ["customer_name"]}]}}
CREATE TABLE customers (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, email text NOT NULL);
CREATE TABLE invoices (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    customer_id bigint NOT NULL REFERENCES customers,
    customer_name text NOT NULL
);

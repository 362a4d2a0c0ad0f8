-- The name repeats, the code does not.
-- expect: table public.products
-- facts: {"tables": {"public.products": {"rows": 1000}}}
-- facts: {"columns": {"public.products": [{"column": "name", "n_distinct": 20}, {"column": "product_code", "n_distinct": -1}]}}
CREATE TABLE products (id uuid PRIMARY KEY, name text NOT NULL, product_code text NOT NULL);

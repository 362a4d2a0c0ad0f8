-- facts: {"tables": {"public.orders": {"rows": 500, "pages": 9}}}
-- facts: {"columns": {"public.orders": [{"column": "customer"}]}}
CREATE TABLE orders (id bigint PRIMARY KEY, customer text);

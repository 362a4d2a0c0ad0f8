-- expect: column public.orders.customer
-- severity: info
-- facts: {"tables": {"public.orders": {"rows": 1000000, "pages": 9000}}}
-- facts: {"columns": {"public.orders": [{"column": "customer", "null_fraction": 0}, {"column": "note", "null_fraction": 0.3}]}}
CREATE TABLE orders (id bigint PRIMARY KEY, customer text, note text);

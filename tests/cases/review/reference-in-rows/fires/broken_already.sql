-- A few orphans among many.
-- expect: column public.invoices.customer_id
-- severity: warning
-- facts: {"read": {"public.invoices": {"rows": 5000, "inclusions": [{"column": "customer_id", "target": "public.customers", "target_column": "id", "values": 1000, "missing": 7}]}}}
CREATE TABLE customers (id bigint PRIMARY KEY);
CREATE TABLE invoices (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, customer_id bigint NOT NULL);

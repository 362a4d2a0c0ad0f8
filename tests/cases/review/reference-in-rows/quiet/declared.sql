-- The foreign key is there, or the column is the key itself.
-- facts: {"read": {"public.invoices": {"rows": 5000, "inclusions": [{"column": "customer_id", "target": "public.customers", "target_column": "id", "values": 500, "missing": 0}]}}}
CREATE TABLE customers (customer_id bigint PRIMARY KEY);
CREATE TABLE invoices (invoice_id bigint PRIMARY KEY, customer_id bigint NOT NULL REFERENCES customers);

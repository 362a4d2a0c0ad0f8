-- Another system's ids, mostly missing here; too few values; another type; a quantity that is in every key; a log.
-- facts: {"read": {"public.invoices": {"rows": 5000, "inclusions": [{"column": "customer_id", "target": "public.customers", "target_column": "id", "values": 1000, "missing": 400}, {"column": "branch_id", "target": "public.branches", "target_column": "id", "values": 4, "missing": 0}, {"column": "quantity", "target": "public.customers", "target_column": "id", "values": 500, "missing": 0}]}}}
-- facts: {"read": {"public.audit_log": {"rows": 5000, "inclusions": [{"column": "customer_id", "target": "public.customers", "target_column": "id", "values": 500, "missing": 0}]}}}
CREATE TABLE customers (id bigint PRIMARY KEY);
CREATE TABLE branches (id bigint PRIMARY KEY);
CREATE TABLE sellers (id uuid PRIMARY KEY);
CREATE TABLE invoices (
    id bigint PRIMARY KEY,
    customer_id bigint NOT NULL,
    branch_id bigint NOT NULL,
    seller_id bigint NOT NULL,
    quantity bigint NOT NULL
);
CREATE TABLE audit_log (id bigint PRIMARY KEY, customer_id bigint);

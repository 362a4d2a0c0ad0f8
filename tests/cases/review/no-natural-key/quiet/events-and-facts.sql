-- Events and facts have no name, people's words may repeat, and a customer's name does not name the order.
-- facts: {"tables": {"public.cities": {"rows": 1000}}}
-- facts: {"columns": {"public.cities": [{"column": "name", "n_distinct": -0.8}]}}
CREATE TABLE audit_log (id bigint PRIMARY KEY, name text);
CREATE TABLE comments (id bigint PRIMARY KEY, title text);
CREATE TABLE sales (id bigint PRIMARY KEY, at timestamptz, amount numeric, customer_name text);
CREATE TABLE cities (id bigint PRIMARY KEY, name text);

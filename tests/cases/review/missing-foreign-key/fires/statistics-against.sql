-- More values than parents, and values beyond the parents' keys.
-- expect: column public.a.customer_id
-- expect: column public.b.customer_id
-- severity: info
-- severity: info
-- facts: {"tables": {"public.customers": {"rows": 1000}, "public.a": {"rows": 100000}, "public.b": {"rows": 100000}}}
-- facts: {"columns": {"public.a": [{"column": "customer_id", "n_distinct": -0.9}]}}
-- facts: {"columns": {"public.b": [{"column": "customer_id", "n_distinct": 3, "most_common_values": "{-7,5000,6000}"}]}}
-- facts: {"columns": {"public.customers": [{"column": "id", "n_distinct": -1, "histogram_bounds": "{1,500,1000}"}]}}
CREATE TABLE regions (id bigint PRIMARY KEY);
CREATE TABLE customers (id bigint PRIMARY KEY, region_id bigint REFERENCES regions);
CREATE TABLE a (id bigint PRIMARY KEY, customer_id bigint);
CREATE TABLE b (id bigint PRIMARY KEY, customer_id bigint);

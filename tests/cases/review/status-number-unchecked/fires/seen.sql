-- expect: column public.orders.Order Kind
-- facts: {"tables": {"public.orders": {"rows": 5000}}}
-- facts: {"columns": {"public.orders": [{"column": "Order Kind", "n_distinct": 3, "most_common_values": "{1,-1,2}", "most_common_frequencies": [0.5, 0.3, 0.2]}]}}
CREATE TABLE orders (id bigint PRIMARY KEY, "Order Kind" integer NOT NULL);

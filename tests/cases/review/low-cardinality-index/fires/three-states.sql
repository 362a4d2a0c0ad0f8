-- expect: index public.orders.orders_state_idx
-- facts: {"tables": {"public.orders": {"rows": 20000, "pages": 900}}}
-- facts: {"columns": {"public.orders": [{"column": "state", "null_fraction": 0.2, "n_distinct": 3, "most_common_values": "{a,b,c}", "most_common_frequencies": [0.4, 0.2, 0.2], "correlation": 0.1}]}}
CREATE TABLE orders (id bigint PRIMARY KEY, state text);
CREATE INDEX ON orders (state);

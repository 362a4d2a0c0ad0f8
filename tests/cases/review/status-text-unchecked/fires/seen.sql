-- expect: column public.orders.State
-- facts: {"tables": {"public.orders": {"rows": 5000}}}
-- facts: {"columns": {"public.orders": [{"column": "State", "n_distinct": 3, "most_common_values": "{new,\"it's done\",gone}", "most_common_frequencies": [0.5, 0.3, 0.2]}]}}
CREATE TABLE orders (id bigint PRIMARY KEY, "State" text NOT NULL DEFAULT 'new');

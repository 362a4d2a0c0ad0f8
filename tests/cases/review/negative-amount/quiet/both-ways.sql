-- Returns and corrections are negative amounts.
-- facts: {"columns": {"public.sales": [{"column": "quantity", "n_distinct": 3, "most_common_values": "{1,2,-1}", "most_common_frequencies": [0.5, 0.3, 0.2]}]}}
CREATE TABLE refunds (id bigint PRIMARY KEY, price numeric);
CREATE TABLE stock_movements (id bigint PRIMARY KEY, quantity integer);
CREATE TABLE items (id bigint PRIMARY KEY, price_adjustment numeric, quantity_change integer, price_rate numeric);
CREATE TABLE sales (id bigint PRIMARY KEY, quantity integer);

-- `low-cardinality-index` says that.
-- facts: {"columns": {"public.orders": [{"column": "open", "n_distinct": 2, "most_common_values": "{f,t}", "most_common_frequencies": [0.6, 0.4]}]}}
CREATE TABLE orders (id bigint PRIMARY KEY, open boolean);
CREATE INDEX ON orders (open);

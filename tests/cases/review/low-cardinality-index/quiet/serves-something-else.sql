-- facts: {"tables": {"public.orders": {"rows": 1000000, "pages": 9000}}}
-- facts: {"columns": {"public.orders": [{"column": "state", "n_distinct": 2, "most_common_values": "{a,b}", "most_common_frequencies": [0.6, 0.4]}, {"column": "day", "n_distinct": 2, "most_common_values": "{a,b}", "most_common_frequencies": [0.6, 0.4], "correlation": 1}, {"column": "kind", "n_distinct": 2, "most_common_values": "{a,b}", "most_common_frequencies": [0.6, 0.4]}]}}
CREATE TABLE states (id text PRIMARY KEY);
CREATE TABLE orders (id bigint PRIMARY KEY, state text REFERENCES states, day text, kind text, at timestamptz);
CREATE INDEX ON orders (state);
CREATE INDEX ON orders (day);
CREATE INDEX ON orders (kind, at);
CREATE INDEX ON orders (kind) WHERE at IS NULL;

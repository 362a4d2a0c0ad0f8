-- A CHECK binds the columns to the kind already.
-- facts: {"tables": {"public.payments": {"rows": 500000, "pages": 9000}}}
-- facts: {"columns": {"public.payments": [{"column": "type", "n_distinct": 2, "most_common_values": "{card,bank}", "most_common_frequencies": [0.7, 0.3]}, {"column": "a", "null_fraction": 0.3}, {"column": "b", "null_fraction": 0.3}, {"column": "c", "null_fraction": 0.7}, {"column": "d", "null_fraction": 0.7}]}}
CREATE TABLE payments (id bigint PRIMARY KEY, type text NOT NULL, a text, b text, c text, d text, CHECK (type <> 'card' OR a IS NOT NULL));

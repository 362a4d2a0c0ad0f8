-- Optional columns whose shares are none of the kinds', and two kinds of the same share.
-- facts: {"tables": {"public.a": {"rows": 500000, "pages": 9000}, "public.b": {"rows": 500000, "pages": 9000}}}
-- facts: {"columns": {"public.a": [{"column": "type", "n_distinct": 2, "most_common_values": "{x,y}", "most_common_frequencies": [0.7, 0.3]}, {"column": "c", "null_fraction": 0.5}, {"column": "d", "null_fraction": 0.1}], "public.b": [{"column": "type", "n_distinct": 2, "most_common_values": "{x,y}", "most_common_frequencies": [0.5, 0.5]}, {"column": "c", "null_fraction": 0.5}, {"column": "d", "null_fraction": 0.5}]}}
CREATE TABLE a (id bigint PRIMARY KEY, type text NOT NULL, c text, d text);
CREATE TABLE b (id bigint PRIMARY KEY, type text NOT NULL, c text, d text);

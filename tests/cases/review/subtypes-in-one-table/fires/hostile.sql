-- expect: table public.Pay"ments
-- facts: {"tables": {"public.\"Pay\"\"ments\"": {"rows": 500000, "pages": 9000}}}
-- facts: {"columns": {"public.\"Pay\"\"ments\"": [{"column": "payKind", "n_distinct": 2, "most_common_values": "{1,2}", "most_common_frequencies": [0.7, 0.3]}, {"column": "a", "null_fraction": 0.3}, {"column": "b", "null_fraction": 0.3}, {"column": "c", "null_fraction": 0.7}, {"column": "d", "null_fraction": 0.7}]}}
CREATE TABLE "Pay""ments" (id bigint PRIMARY KEY, "payKind" int NOT NULL, a text, b text, c text, d text);

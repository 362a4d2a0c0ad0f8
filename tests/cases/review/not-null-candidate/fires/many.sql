-- expect: database
-- facts: {"tables": {"public.orders": {"rows": 1000000, "pages": 9000}}}
-- facts: {"columns": {"public.orders": [{"column": "a"}, {"column": "b"}, {"column": "c"}, {"column": "d"}, {"column": "e"}, {"column": "f"}]}}
CREATE TABLE orders (id bigint PRIMARY KEY, a text, b text, c int, d text, e text, f text, g text);

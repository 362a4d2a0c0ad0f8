-- expect: table public.pages
-- facts: {"columns": {"public.pages": [{"column": "id", "average_width": 8}, {"column": "body", "average_width": 5000, "null_fraction": 0.1}]}}
CREATE TABLE pages (id bigint PRIMARY KEY, body text);

-- Nothing has ended yet, and every node has a parent so far.
-- facts: {"tables": {"public.orders": {"rows": 1000000, "pages": 9000}}}
-- facts: {"columns": {"public.orders": [{"column": "ended_at"}, {"column": "deleted_at"}, {"column": "parent_id"}]}}
CREATE TABLE orders (id bigint PRIMARY KEY, ended_at timestamptz, deleted_at timestamptz, parent_id bigint);

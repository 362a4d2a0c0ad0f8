-- expect: index public.comments.comments_parent_id_idx
-- severity: info
-- facts: {"indexes": {"public.comments_parent_id_idx": {"bytes": 40000000}}}
-- facts: {"columns": {"public.comments": [{"column": "parent_id", "null_fraction": 0.97, "n_distinct": -0.02}]}}
CREATE TABLE comments (id bigint PRIMARY KEY, parent_id bigint REFERENCES comments);
CREATE INDEX ON comments (parent_id);

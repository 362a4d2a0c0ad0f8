-- Names alone: other ids, and too short for one.
-- facts: {"tables": {"public.a": {"rows": 1000}}}
-- facts: {"columns": {"public.a": [{"column": "guid", "n_distinct": -1, "histogram_bounds": "{https://a/1,https://a/2,https://a/3,https://a/4,x}"}]}}
CREATE TABLE a (id bigint PRIMARY KEY, guid text, short_uuid varchar(22));

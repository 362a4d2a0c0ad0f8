-- facts: {"columns": {"public.posts": [{"column": "tag_ids", "histogram_bounds": "{a1,b2,c3,d4,e5,f6}"}]}}
CREATE TABLE posts (id bigint PRIMARY KEY, tag_ids text);

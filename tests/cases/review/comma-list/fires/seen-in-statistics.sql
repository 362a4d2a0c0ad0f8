-- expect: column public.posts.tags
-- severity: warning
-- facts: {"columns": {"public.posts": [{"column": "tags", "most_common_values": "{\"red,blue\",\"red, green\",red}", "histogram_bounds": "{\"a,b,c\",\"b,c\",\"x;y\"}"}]}}
CREATE TABLE posts (id bigint PRIMARY KEY, tags text);

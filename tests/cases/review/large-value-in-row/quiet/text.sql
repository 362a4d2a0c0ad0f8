-- Text may be as long; it is not what an object store is for. A table of four rows says nothing.
-- facts: {"tables": {"public.posts": {"rows": 1000, "pages": 50, "heap_bytes": 409600, "total_bytes": 50000000}}}
-- facts: {"tables": {"public.logos": {"rows": 4, "pages": 1, "heap_bytes": 8192, "total_bytes": 500000}}}
-- facts: {"indexes": {"public.posts_pkey": {"bytes": 40960}, "public.logos_pkey": {"bytes": 16384}}}
-- facts: {"columns": {"public.posts": [{"column": "body", "average_width": 18}], "public.logos": [{"column": "image", "average_width": 18}]}}
CREATE TABLE posts (id bigint PRIMARY KEY, body text NOT NULL);
CREATE TABLE logos (id bigint PRIMARY KEY, image bytea NOT NULL);

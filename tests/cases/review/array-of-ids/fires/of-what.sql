-- expect: column public.posts.reader_uuids
-- severity: info
CREATE TABLE posts (id bigint PRIMARY KEY, reader_uuids uuid[] NOT NULL);

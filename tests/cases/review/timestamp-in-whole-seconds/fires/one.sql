-- expect: column public.posts.created_at
-- severity: warning
CREATE TABLE posts (id bigint PRIMARY KEY, created_at timestamp(0) with time zone NOT NULL DEFAULT now(), edited_at timestamptz);

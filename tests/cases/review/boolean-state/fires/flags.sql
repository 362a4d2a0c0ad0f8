-- expect: table public.articles
-- severity: warning
CREATE TABLE articles (
    id bigint PRIMARY KEY, is_draft boolean NOT NULL DEFAULT true, published boolean, archived boolean, featured boolean
);

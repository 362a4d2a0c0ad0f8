-- expect: table public.articles
-- severity: info
CREATE TABLE articles (
    id bigint PRIMARY KEY, is_draft boolean NOT NULL DEFAULT true, published boolean, archived boolean, featured boolean
);

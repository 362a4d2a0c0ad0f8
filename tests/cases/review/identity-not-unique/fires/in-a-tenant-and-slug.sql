-- expect: column public.accounts.login
-- expect: column public.articles.Slug
-- severity: warning
-- severity: info
CREATE TABLE tenants (id bigint PRIMARY KEY);
CREATE TABLE accounts (
    id bigint PRIMARY KEY, tenant_id bigint NOT NULL REFERENCES tenants, login varchar(50) NOT NULL, deleted_at timestamptz
);
CREATE TABLE articles (id bigint PRIMARY KEY, "Slug" text, title text, is_deleted boolean);

-- Parents without a tenant are everybody's, and so are those whose tenant may be NULL.
CREATE TABLE tenants (id bigint PRIMARY KEY, name text);
CREATE TABLE currencies (id bigint PRIMARY KEY, name text);
CREATE TABLE templates (id bigint PRIMARY KEY, tenant_id bigint REFERENCES tenants, name text);
CREATE TABLE orders (
    id bigint PRIMARY KEY, tenant_id bigint NOT NULL REFERENCES tenants, currency_id bigint REFERENCES currencies,
    template_id bigint REFERENCES templates
);

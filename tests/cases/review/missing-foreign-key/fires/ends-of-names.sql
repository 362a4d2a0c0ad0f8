-- expect: column public.audit_logs.user_id
-- expect: column public.orders.billing_address_id
-- severity: info
-- severity: info
CREATE TABLE users (id bigint PRIMARY KEY, name text);
CREATE TABLE addresses (id bigint PRIMARY KEY, user_id bigint REFERENCES users);
CREATE TABLE orders (id bigint PRIMARY KEY, billing_address_id bigint);
CREATE TABLE audit_logs (id bigint PRIMARY KEY, user_id bigint);

-- The target's name, a role before it, and a key's own name; hostile names.
-- expect: column public.Order.customerId
-- expect: column public.Order.warehouse
-- expect: column public.Order.billing_address_id
-- severity: warning
-- severity: warning
-- severity: info
-- facts: {"read": {"public.\"Order\"": {"rows": 5000, "inclusions": [{"column": "customerId", "target": "public.customers", "target_column": "id", "values": 500, "missing": 0}, {"column": "billing_address_id", "target": "public.addresses", "target_column": "id", "values": 500, "missing": 0}, {"column": "warehouse", "target": "public.\"ware house\"", "target_column": "warehouse", "values": 500, "missing": 0}]}}}
CREATE TABLE customers (id bigint PRIMARY KEY);
CREATE TABLE addresses (id integer PRIMARY KEY);
CREATE TABLE "ware house" (warehouse uuid NOT NULL UNIQUE);
CREATE TABLE "Order" (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    "customerId" bigint NOT NULL,
    billing_address_id integer,
    warehouse uuid
);

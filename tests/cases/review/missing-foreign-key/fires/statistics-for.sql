-- The end of the name alone asks; with values that are all among the parent's keys it is likely.
-- expect: column public.orders.billing_address_id
-- severity: warning
-- facts: {"tables": {"public.addresses": {"rows": 1000}, "public.orders": {"rows": 100000}}}
-- facts: {"columns": {"public.orders": [{"column": "billing_address_id", "n_distinct": 900, "histogram_bounds": "{3,20,40,300,990}"}]}}
-- facts: {"columns": {"public.addresses": [{"column": "id", "n_distinct": -1, "histogram_bounds": "{1,500,1000}"}]}}
CREATE TABLE users (id bigint PRIMARY KEY, name text);
CREATE TABLE addresses (id bigint PRIMARY KEY, user_id bigint REFERENCES users);
CREATE TABLE orders (id bigint PRIMARY KEY, billing_address_id bigint);

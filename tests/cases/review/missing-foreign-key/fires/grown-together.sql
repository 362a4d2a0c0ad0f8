-- expect: column public.orders.customerid
-- expect: column public.orders.oauth_client_id
-- expect: column public.orders.person_id
CREATE TABLE customers (id bigint PRIMARY KEY, up bigint REFERENCES customers);
CREATE TABLE people (id bigint PRIMARY KEY, customer bigint REFERENCES customers);
CREATE TABLE oauth_clients (id bigint PRIMARY KEY, customer bigint REFERENCES customers);
CREATE TABLE orders (id bigint PRIMARY KEY, customerid bigint, person_id bigint, oauth_client_id bigint, paid int, void bigint);

-- A customer's main address may be another customer's.
-- expect: table public.addresses
-- severity: info
CREATE TABLE customers (id bigint PRIMARY KEY, main_address_id bigint);
CREATE TABLE addresses (id bigint PRIMARY KEY, customer_id bigint NOT NULL REFERENCES customers);
ALTER TABLE customers ADD FOREIGN KEY (main_address_id) REFERENCES addresses;

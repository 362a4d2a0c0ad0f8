-- Nobody deletes from a list of codes: worth knowing, no more.
-- expect: constraint public.orders.orders_currency_fkey
-- severity: info
CREATE TABLE currencies (code char(3) PRIMARY KEY, name text NOT NULL);
CREATE TABLE orders (id bigint PRIMARY KEY, currency char(3) NOT NULL REFERENCES currencies);

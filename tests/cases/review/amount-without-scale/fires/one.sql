-- expect: column public.orders.total
-- severity: info
CREATE TABLE orders (id bigint PRIMARY KEY, total numeric NOT NULL, tax_rate numeric, quantity numeric);

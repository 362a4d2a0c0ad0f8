-- What is over 100 is over 50.
-- expect: index public.orders.orders_dear
-- facts: {"indexes": {"public.orders_dear": {"rows": 90000}, "public.orders_not_cheap": {"rows": 100000}}}
CREATE TABLE orders (id bigint PRIMARY KEY, total int, customer_id bigint);
CREATE INDEX orders_dear ON orders (customer_id) WHERE total > 100;
CREATE INDEX orders_not_cheap ON orders (customer_id) INCLUDE (total) WHERE total > 50;

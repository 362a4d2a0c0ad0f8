-- expect: constraint public.orders.orders_status_check
-- one-way: read again, PostgreSQL moves the cast of the list to its members
CREATE TABLE orders (id bigint PRIMARY KEY, status varchar(10) CHECK (status IN ('new', 'done', NULL)));

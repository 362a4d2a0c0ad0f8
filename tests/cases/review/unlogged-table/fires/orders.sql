-- expect: table public.Orders
-- severity: warning
CREATE UNLOGGED TABLE "Orders" (id bigint PRIMARY KEY, total numeric);

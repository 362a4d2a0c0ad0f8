-- expect: table public.Order Lines
CREATE TABLE "Order Lines" ("Order" bigint, product text DEFAULT 'x', quantity integer);

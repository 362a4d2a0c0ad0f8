-- expect: column public.Orders.totalPrice
CREATE TABLE "Orders" (id bigint PRIMARY KEY, "totalPrice" double precision NOT NULL DEFAULT 0.0);

-- expect: index public.Order.by "time"
-- severity: info
CREATE TABLE customers (id bigint PRIMARY KEY);
CREATE TABLE "Order" (id bigint PRIMARY KEY, "the customer" bigint REFERENCES customers, "placed at" timestamptz);
CREATE INDEX "by ""time""" ON "Order" ("placed at", "the customer");

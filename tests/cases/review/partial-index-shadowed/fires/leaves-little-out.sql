-- expect: index public.Order.living "orders"
-- facts: {"indexes": {"public.\"living \"\"orders\"\"\"": {"rows": 950000, "bytes": 20000000}, "public.\"all\"": {"rows": 1000000, "bytes": 21000000}}}
CREATE TABLE "Order" (id bigint PRIMARY KEY, "customer id" bigint, deleted_at timestamptz);
CREATE INDEX "living ""orders""" ON "Order" ("customer id") WHERE deleted_at IS NULL;
CREATE INDEX "all" ON "Order" ("customer id", deleted_at);

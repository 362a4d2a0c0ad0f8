-- expect: table public.Re"st
-- facts: {"tables": {"public.\"Re\"\"st\"": {"live_rows": 3}}}
CREATE TABLE "Orders" (id bigint NOT NULL, "where" text NOT NULL) PARTITION BY LIST ("where");
CREATE TABLE orders_de PARTITION OF "Orders" FOR VALUES IN ('de');
CREATE TABLE "Re""st" PARTITION OF "Orders" DEFAULT;

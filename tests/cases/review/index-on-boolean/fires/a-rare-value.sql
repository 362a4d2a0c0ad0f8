-- expect: index public.Order.by "open"
-- severity: info
-- facts: {"columns": {"public.\"Order\"": [{"column": "is open", "n_distinct": 2, "most_common_values": "{f,t}", "most_common_frequencies": [0.99, 0.01]}]}}
CREATE TABLE "Order" (id bigint PRIMARY KEY, "is open" boolean NOT NULL);
CREATE INDEX "by ""open""" ON "Order" ("is open");

-- expect: view public.To"tals
-- severity: info
-- facts: {"tables": {"public.\"To\"\"tals\"": {"rows": 12, "pages": 1}}}
CREATE TABLE orders (id bigint PRIMARY KEY, customer text, total numeric);
CREATE MATERIALIZED VIEW "To""tals" AS SELECT customer, sum(total) AS total FROM orders GROUP BY customer;
CREATE UNIQUE INDEX ON "To""tals" (customer) WHERE total > 0;
CREATE UNIQUE INDEX ON "To""tals" (lower(customer));

SELECT c.id FROM customer c WHERE c.ref NOT IN (SELECT o.maybe FROM orders o WHERE o.n = 1 OR o.n = 2)

-- becomes
SELECT c.id FROM customer c WHERE NOT EXISTS (SELECT 1 FROM orders o WHERE (o.n = 1 OR o.n = 2) AND o.maybe = c.ref) AND (c.ref IS NOT NULL OR NOT EXISTS (SELECT 1 FROM orders o WHERE o.n = 1 OR o.n = 2)) AND NOT EXISTS (SELECT 1 FROM orders o WHERE (o.n = 1 OR o.n = 2) AND o.maybe IS NULL)

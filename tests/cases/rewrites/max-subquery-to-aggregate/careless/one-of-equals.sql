SELECT o.id FROM orders o WHERE o.n = (SELECT max(p.n) FROM orders p WHERE p.customer = o.customer)

-- becomes
SELECT id FROM (SELECT id, n, row_number() OVER (PARTITION BY customer ORDER BY n DESC NULLS LAST) AS place FROM orders) o WHERE place = 1 AND n IS NOT NULL

SELECT x.id FROM (SELECT o.id, row_number() OVER (PARTITION BY o.maybe ORDER BY o.at, o.id) AS rn FROM orders o) x WHERE x.rn <= 2

-- becomes
SELECT x.id FROM customer c CROSS JOIN LATERAL (SELECT o.id FROM orders o WHERE o.maybe = c.id ORDER BY o.at, o.id LIMIT 2) x

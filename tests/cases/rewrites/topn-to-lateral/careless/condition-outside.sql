SELECT x.id FROM (SELECT o.id, o.status, row_number() OVER (PARTITION BY o.customer ORDER BY o.id) AS rn FROM orders o) x WHERE x.rn <= 2 AND x.status = 'open'

-- becomes
SELECT x.id FROM customer c CROSS JOIN LATERAL (SELECT o.id FROM orders o WHERE o.customer = c.id AND o.status = 'open' ORDER BY o.id LIMIT 2) x

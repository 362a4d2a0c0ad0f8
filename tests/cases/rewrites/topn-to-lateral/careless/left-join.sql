SELECT x.id FROM (SELECT o.id, row_number() OVER (PARTITION BY o.customer ORDER BY o.at, o.id) AS rn FROM orders o) x WHERE x.rn = 1

-- becomes
SELECT x.id FROM customer c LEFT JOIN LATERAL (SELECT o.id FROM orders o WHERE o.customer = c.id ORDER BY o.at, o.id LIMIT 1) x ON true

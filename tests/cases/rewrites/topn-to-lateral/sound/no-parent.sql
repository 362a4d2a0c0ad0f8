SELECT c.email, x.id
FROM (SELECT o.id, o.customer, row_number() OVER (PARTITION BY o.status ORDER BY o.at, o.id) AS rn FROM orders o WHERE o.n > 1 OR o.n IS NULL) x
JOIN customer c ON c.id = x.customer
WHERE c.country = 'de' AND x.rn <= 2

-- becomes
SELECT c.email, x.id
FROM (SELECT top_rows.* FROM (SELECT DISTINCT o.status FROM orders o WHERE o.n > 1 OR o.n IS NULL) each_group CROSS JOIN LATERAL (SELECT o.id, o.customer FROM orders o WHERE o.status = each_group.status AND (o.n > 1 OR o.n IS NULL) ORDER BY o.at, o.id LIMIT 2) top_rows) x
JOIN customer c ON c.id = x.customer
WHERE c.country = 'de'

SELECT count(*) FROM orders o
WHERE o.id IN (SELECT x.id FROM (SELECT p.id, row_number() OVER (PARTITION BY p.customer, p.status ORDER BY p.at, p.id) AS rn FROM orders p) x WHERE rn <= 2)

-- becomes
SELECT count(*) FROM orders o
WHERE o.id IN (SELECT x.id FROM (SELECT top_rows.* FROM (SELECT DISTINCT p.customer, p.status FROM orders p) each_group CROSS JOIN LATERAL (SELECT p.id FROM orders p WHERE p.customer = each_group.customer AND p.status = each_group.status ORDER BY p.at, p.id LIMIT 2) top_rows) x)

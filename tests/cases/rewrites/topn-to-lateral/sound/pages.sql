SELECT x.id FROM (
    SELECT o.id, row_number() OVER (PARTITION BY o.customer ORDER BY o.at, o.id) AS rn FROM orders o
) x WHERE x.rn > 1 AND x.rn <= 3

-- becomes
SELECT x.id FROM (
    SELECT top_rows.* FROM customer each_group CROSS JOIN LATERAL (SELECT o.id, row_number() OVER (ORDER BY o.at, o.id) AS rn FROM orders o WHERE o.customer = each_group.id ORDER BY o.at, o.id LIMIT 3) top_rows
) x WHERE x.rn > 1

SELECT x.id FROM (
    SELECT id, row_number() OVER (PARTITION BY maybe ORDER BY id) AS rn FROM orders WHERE maybe IS NOT NULL
) x WHERE 3 > x.rn

-- becomes
SELECT x.id FROM (
    SELECT top_rows.* FROM customer each_group CROSS JOIN LATERAL (SELECT id FROM orders WHERE orders.maybe = each_group.id AND maybe IS NOT NULL ORDER BY orders.id LIMIT 2) top_rows
) x

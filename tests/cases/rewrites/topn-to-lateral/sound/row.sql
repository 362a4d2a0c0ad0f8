SELECT to_json(x) ->> 'rn' AS n FROM (
    SELECT o.id, row_number() OVER (PARTITION BY o.customer ORDER BY o.at, o.id) AS rn FROM orders o
) x WHERE x.rn <= 2

-- becomes
SELECT to_json(x) ->> 'rn' AS n FROM (
    SELECT top_rows.* FROM customer each_group CROSS JOIN LATERAL (SELECT o.id, row_number() OVER (ORDER BY o.at, o.id) AS rn FROM orders o WHERE o.customer = each_group.id ORDER BY o.at, o.id LIMIT 2) top_rows
) x

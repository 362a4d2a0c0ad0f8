SELECT j.* FROM (
    (SELECT o.id, o.customer, row_number() OVER (PARTITION BY o.customer ORDER BY o.id) AS rn FROM orders o) x
    JOIN line l ON l.orders = x.id
) AS j WHERE rn > 1 AND rn <= 3

-- becomes
SELECT j.* FROM (
    (SELECT top_rows.* FROM customer each_group CROSS JOIN LATERAL (SELECT o.id, o.customer, row_number() OVER (ORDER BY o.id) AS rn FROM orders o WHERE o.customer = each_group.id ORDER BY o.id LIMIT 3) top_rows) x
    JOIN line l ON l.orders = x.id
) AS j WHERE rn > 1

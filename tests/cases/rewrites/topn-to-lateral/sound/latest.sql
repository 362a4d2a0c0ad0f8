SELECT x.customer, x.id, x.at
FROM (
    SELECT o.*, row_number() OVER (PARTITION BY o.customer ORDER BY o.at DESC, o.id DESC) AS rn
    FROM orders o
) x
WHERE x.rn <= 10
ORDER BY x.customer, x.at DESC, x.id DESC

-- becomes
SELECT x.customer, x.id, x.at
FROM (
    SELECT top_rows.* FROM customer each_group CROSS JOIN LATERAL (SELECT o.* FROM orders o WHERE o.customer = each_group.id ORDER BY o.at DESC, o.id DESC LIMIT 10) top_rows
) x
ORDER BY x.customer, x.at DESC, x.id DESC

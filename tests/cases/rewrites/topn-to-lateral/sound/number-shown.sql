SELECT *
FROM (SELECT *, row_number() OVER (PARTITION BY customer ORDER BY n NULLS FIRST, id) AS rn FROM orders) newest
WHERE rn < 3

-- becomes
SELECT *
FROM (SELECT top_rows.* FROM customer each_group CROSS JOIN LATERAL (SELECT *, row_number() OVER (ORDER BY orders.n NULLS FIRST, orders.id) AS rn FROM orders WHERE orders.customer = each_group.id ORDER BY orders.n NULLS FIRST, orders.id LIMIT 2) top_rows) newest

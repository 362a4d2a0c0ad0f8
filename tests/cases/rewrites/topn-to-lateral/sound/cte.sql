WITH ranked AS (
    SELECT l.orders, l.product, l.pieces AS number, row_number() OVER (PARTITION BY l.orders ORDER BY number) AS rn FROM line l
)
SELECT r.product, r.number FROM orders o JOIN ranked r ON r.orders = o.id WHERE r.rn = 1 AND o.status = 'open'

-- becomes
WITH ranked AS (
    SELECT top_rows.* FROM orders each_group CROSS JOIN LATERAL (SELECT l.orders, l.product, l.pieces AS number FROM line l WHERE l.orders = each_group.id ORDER BY l.number LIMIT 1) top_rows
)
SELECT r.product, r.number FROM orders o JOIN ranked r ON r.orders = o.id WHERE o.status = 'open'

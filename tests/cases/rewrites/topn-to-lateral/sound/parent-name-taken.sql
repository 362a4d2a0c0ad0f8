WITH customer AS (SELECT id FROM orders WHERE status = 'open')
SELECT x.id FROM (
    SELECT o.id, row_number() OVER (PARTITION BY o.customer ORDER BY o.n, o.id) AS rn FROM orders o
) x JOIN customer ON customer.id = x.id WHERE x.rn <= 2

-- becomes
WITH customer AS (SELECT id FROM orders WHERE status = 'open')
SELECT x.id FROM (
    SELECT top_rows.* FROM public.customer each_group CROSS JOIN LATERAL (SELECT o.id FROM orders o WHERE o.customer = each_group.id ORDER BY o.n, o.id LIMIT 2) top_rows
) x JOIN customer ON customer.id = x.id

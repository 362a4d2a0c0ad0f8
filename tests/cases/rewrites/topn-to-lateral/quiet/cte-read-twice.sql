WITH ranked AS (SELECT o.id, row_number() OVER (PARTITION BY o.customer ORDER BY o.id) AS rn FROM orders o)
SELECT a.id FROM ranked a WHERE a.rn <= 2 AND EXISTS (SELECT FROM ranked b WHERE b.id > a.id)

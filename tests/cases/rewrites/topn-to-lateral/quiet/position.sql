SELECT x.id FROM (SELECT o.id, row_number() OVER (PARTITION BY o.id ORDER BY 1) AS rn FROM orders o) x WHERE x.rn <= 2

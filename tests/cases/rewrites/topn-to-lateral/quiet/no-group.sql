SELECT x.id FROM (SELECT o.id, row_number() OVER (ORDER BY o.id) AS rn FROM orders o) x WHERE x.rn <= 2

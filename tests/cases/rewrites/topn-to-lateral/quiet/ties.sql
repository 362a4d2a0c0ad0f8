SELECT x.id FROM (SELECT o.id, row_number() OVER (PARTITION BY o.customer ORDER BY o.at) AS rn FROM orders o) x WHERE x.rn <= 2

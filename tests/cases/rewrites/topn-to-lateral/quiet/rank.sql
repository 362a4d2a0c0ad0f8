SELECT x.id FROM (SELECT o.id, rank() OVER (PARTITION BY o.customer ORDER BY o.at, o.id) AS rn FROM orders o) x WHERE x.rn <= 2

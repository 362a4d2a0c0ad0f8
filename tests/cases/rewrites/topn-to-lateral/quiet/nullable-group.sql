SELECT x.id FROM (SELECT o.id, row_number() OVER (PARTITION BY o.maybe ORDER BY o.at, o.id) AS rn FROM orders o) x WHERE x.rn <= 2

SELECT x.id, x.n FROM (SELECT o.id, count(*) OVER (PARTITION BY o.customer) AS n, row_number() OVER (PARTITION BY o.customer ORDER BY o.id) AS rn FROM orders o) x WHERE x.rn <= 2

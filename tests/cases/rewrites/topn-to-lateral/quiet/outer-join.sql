SELECT c.id, x.id FROM customer c LEFT JOIN (SELECT o.id, o.customer, row_number() OVER (PARTITION BY o.customer ORDER BY o.id) AS rn FROM orders o) x ON x.customer = c.id WHERE x.rn <= 2

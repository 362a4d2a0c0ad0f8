SELECT DISTINCT o.n, c.id FROM orders o JOIN customer c ON c.id = o.customer

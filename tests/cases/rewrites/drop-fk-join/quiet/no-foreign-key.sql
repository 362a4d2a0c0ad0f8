SELECT o.id FROM orders o JOIN customer c ON c.id = o.n

SELECT o.id FROM orders o JOIN customer c ON c.id = o.customer WHERE o.n = 1 OR o.status = 'open'

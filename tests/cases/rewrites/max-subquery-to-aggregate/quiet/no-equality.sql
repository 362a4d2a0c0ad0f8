SELECT o.id FROM orders o WHERE o.n = (SELECT max(p.n) FROM orders p WHERE p.customer < o.customer)

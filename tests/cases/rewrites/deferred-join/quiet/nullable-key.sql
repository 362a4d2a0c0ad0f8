SELECT o.id, c.email FROM orders o JOIN customer c ON c.id = o.maybe ORDER BY o.at LIMIT 2

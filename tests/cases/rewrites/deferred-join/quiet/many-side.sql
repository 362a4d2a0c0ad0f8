SELECT o.id FROM orders o LEFT JOIN line l ON l.orders = o.id ORDER BY o.at LIMIT 2

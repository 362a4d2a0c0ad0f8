SELECT o.id FROM orders o JOIN customer c ON c.id = o.customer WHERE c.country = 'de' ORDER BY o.at LIMIT 2

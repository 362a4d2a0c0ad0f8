SELECT id FROM customer UNION SELECT id FROM orders

SELECT id FROM customer WHERE id IN (SELECT customer FROM orders)

SELECT * FROM orders o JOIN customer c ON c.id = o.customer

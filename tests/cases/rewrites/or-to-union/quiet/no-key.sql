SELECT c.country FROM orders o JOIN customer c ON c.id = o.customer WHERE o.n = 1 OR c.country = 'de'

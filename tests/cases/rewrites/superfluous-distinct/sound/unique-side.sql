SELECT DISTINCT o.id, c.email FROM orders o JOIN customer c ON c.id = o.customer

-- becomes
SELECT o.id, c.email FROM orders o JOIN customer c ON c.id = o.customer

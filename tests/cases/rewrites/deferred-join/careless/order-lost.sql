SELECT o.id, c.email FROM orders o JOIN customer c ON c.id = o.customer ORDER BY o.at LIMIT 2

-- becomes
SELECT o.id, c.email FROM (SELECT * FROM orders ORDER BY at LIMIT 2) o JOIN customer c ON c.id = o.customer

SELECT o.id, c.email FROM orders o JOIN customer c ON c.id = o.maybe ORDER BY o.at, o.id LIMIT 2

-- becomes
SELECT o.id, c.email FROM (SELECT * FROM orders ORDER BY at, id LIMIT 2) o JOIN customer c ON c.id = o.maybe ORDER BY o.at, o.id

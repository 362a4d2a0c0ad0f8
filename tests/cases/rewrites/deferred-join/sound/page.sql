SELECT o.id, c.email
FROM orders o
JOIN customer c ON c.id = o.customer
LEFT JOIN customer d ON d.id = o.maybe
WHERE o.status = 'open'
ORDER BY o.at
LIMIT 20 OFFSET 1000

-- becomes
SELECT o.id, c.email
FROM (SELECT * FROM orders o WHERE o.status = 'open' ORDER BY o.at LIMIT 20 OFFSET 1000) o
JOIN customer c ON c.id = o.customer
LEFT JOIN customer d ON d.id = o.maybe
ORDER BY o.at

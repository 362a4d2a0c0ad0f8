SELECT o.id, c.email
FROM orders o JOIN customer c ON c.id = o.customer
WHERE (o.n = 1 OR c.country = 'de')
ORDER BY id

-- becomes
SELECT o.id, c.email
FROM orders o JOIN customer c ON c.id = o.customer
WHERE o.n = 1
UNION
SELECT o.id, c.email
FROM orders o JOIN customer c ON c.id = o.customer
WHERE c.country = 'de'
ORDER BY id

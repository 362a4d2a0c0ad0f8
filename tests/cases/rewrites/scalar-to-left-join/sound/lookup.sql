SELECT o.id, (SELECT c.email FROM customer c WHERE c.id = o.maybe AND c.country = 'de') FROM orders o WHERE o.status = 'open'

-- becomes
SELECT o.id, c.email FROM orders o LEFT JOIN customer c ON c.id = o.maybe AND c.country = 'de' WHERE o.status = 'open'

SELECT DISTINCT c.id, c.email FROM customer c JOIN orders o ON o.customer = c.id WHERE o.status = 'open' AND c.country = 'de'

-- becomes
SELECT c.id, c.email FROM customer c WHERE EXISTS (SELECT 1 FROM orders o WHERE o.customer = c.id AND o.status = 'open') AND c.country = 'de'

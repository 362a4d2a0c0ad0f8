SELECT o.id, (SELECT c.email FROM customer c WHERE c.id = o.maybe) FROM orders o

-- becomes
SELECT o.id, c.email FROM orders o JOIN customer c ON c.id = o.maybe

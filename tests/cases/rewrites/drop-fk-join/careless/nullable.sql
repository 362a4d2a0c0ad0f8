SELECT o.id FROM orders o JOIN customer c ON c.id = o.maybe

-- becomes
SELECT o.id FROM orders o

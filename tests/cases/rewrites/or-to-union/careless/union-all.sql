SELECT o.id FROM orders o JOIN customer c ON c.id = o.customer WHERE o.n = 1 OR c.country = 'de'

-- becomes
SELECT o.id FROM orders o JOIN customer c ON c.id = o.customer WHERE o.n = 1 UNION ALL SELECT o.id FROM orders o JOIN customer c ON c.id = o.customer WHERE c.country = 'de'

SELECT c.id, c.email
FROM customer c
    LEFT JOIN orders o ON o.customer = c.id AND o.status = 'open'  -- those that wait
WHERE c.country = 'de'
    AND o.id IS NULL
ORDER BY c.id

-- becomes
SELECT c.id, c.email
FROM customer c  -- those that wait
WHERE c.country = 'de'
    AND NOT EXISTS (SELECT 1 FROM orders o WHERE o.customer = c.id AND o.status = 'open')
ORDER BY c.id

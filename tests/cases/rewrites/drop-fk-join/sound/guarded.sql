SELECT o.id FROM orders o
JOIN customer c ON c.id = o.maybe
JOIN line l ON l.orders = o.id
WHERE l.pieces > 2

-- becomes
SELECT o.id FROM orders o
JOIN line l ON l.orders = o.id
WHERE l.pieces > 2 AND o.maybe IS NOT NULL

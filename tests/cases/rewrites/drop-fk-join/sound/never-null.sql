SELECT o.id, o.note FROM orders o JOIN customer c ON c.id = o.customer WHERE o.status = 'open'

-- becomes
SELECT o.id, o.note FROM orders o WHERE o.status = 'open'

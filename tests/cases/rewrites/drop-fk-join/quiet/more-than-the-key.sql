SELECT o.id FROM orders o JOIN customer c ON c.id = o.customer AND c.country = 'de'

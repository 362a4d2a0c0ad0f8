SELECT o.* FROM orders o WHERE o.at = (SELECT max(p.at) FROM orders p WHERE p.maybe = o.maybe AND p.status <> 'void')

-- becomes
SELECT o.* FROM orders o WHERE (o.maybe, o.at) IN (SELECT p.maybe, max(p.at) FROM orders p WHERE p.status <> 'void' GROUP BY p.maybe)

SELECT c.id, (SELECT count(*) FROM orders o WHERE o.customer = c.id AND o.status = 'open') AS open FROM customer c WHERE c.country = 'de'

-- becomes
SELECT c.id, COALESCE(grouped.value, 0) AS open FROM customer c LEFT JOIN (SELECT o.customer AS key1, count(*) AS value FROM orders o WHERE o.status = 'open' GROUP BY o.customer) grouped ON grouped.key1 = c.id WHERE c.country = 'de'

SELECT id FROM customer UNION SELECT ref FROM customer

-- becomes
SELECT id FROM customer UNION ALL SELECT ref FROM customer

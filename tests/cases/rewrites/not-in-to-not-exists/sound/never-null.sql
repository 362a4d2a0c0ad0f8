SELECT id FROM customer WHERE id NOT IN (SELECT customer FROM orders WHERE status = 'open')

-- becomes
SELECT id FROM customer WHERE NOT EXISTS (SELECT 1 FROM orders WHERE status = 'open' AND customer = customer.id)

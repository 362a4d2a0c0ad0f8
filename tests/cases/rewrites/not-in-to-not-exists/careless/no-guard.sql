SELECT id FROM customer WHERE id NOT IN (SELECT maybe FROM orders)

-- becomes
SELECT id FROM customer WHERE NOT EXISTS (SELECT 1 FROM orders WHERE maybe = customer.id)

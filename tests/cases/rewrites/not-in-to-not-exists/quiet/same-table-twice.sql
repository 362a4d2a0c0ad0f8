SELECT id FROM customer WHERE boss NOT IN (SELECT ref FROM customer)

SELECT id FROM orders WHERE total + 1.5 < 4

-- becomes
SELECT id FROM orders WHERE total < 2.5

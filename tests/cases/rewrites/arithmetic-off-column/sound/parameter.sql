SELECT id FROM orders WHERE n + 5 = $1

-- becomes
SELECT id FROM orders WHERE n = $1::bigint - 5

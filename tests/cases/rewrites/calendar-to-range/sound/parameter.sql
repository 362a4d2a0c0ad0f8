SELECT id FROM orders WHERE at::date <= $1

-- becomes
SELECT id FROM orders WHERE at < $1::date + 1

SELECT id FROM orders WHERE ts + interval '1 month' > $1

-- becomes
SELECT id FROM orders WHERE ts > $1 - interval '1 month'

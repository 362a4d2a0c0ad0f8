SELECT id FROM orders WHERE at + interval '1 day' > $1

-- becomes
SELECT id FROM orders WHERE at > $1 - interval '1 day'

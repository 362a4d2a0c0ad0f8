SELECT id FROM orders WHERE at + interval '2 hours' > $1

-- becomes
SELECT id FROM orders WHERE at > $1::timestamptz - interval '2 hours'

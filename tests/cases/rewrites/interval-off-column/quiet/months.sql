SELECT id FROM orders WHERE ts + interval '1 month' > $1

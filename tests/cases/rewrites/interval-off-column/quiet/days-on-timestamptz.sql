SELECT id FROM orders WHERE at + interval '1 day' > $1

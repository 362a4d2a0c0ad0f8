SELECT id FROM orders WHERE extract(month FROM at) = 2

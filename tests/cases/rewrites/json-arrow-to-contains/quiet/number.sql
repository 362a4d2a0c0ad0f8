SELECT id FROM orders WHERE doc ->> 'n' = '1'

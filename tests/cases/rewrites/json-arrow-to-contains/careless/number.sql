SELECT id FROM orders WHERE doc ->> 'n' = '1'

-- becomes
SELECT id FROM orders WHERE doc @> '{"n": "1"}'

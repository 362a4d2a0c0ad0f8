SELECT id FROM orders WHERE doc ->> 'kind' = 'book'

-- becomes
SELECT id FROM orders WHERE doc @> '{"kind": "book"}'

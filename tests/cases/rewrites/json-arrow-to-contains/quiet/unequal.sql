SELECT id FROM orders WHERE doc ->> 'kind' <> 'book'

SELECT id FROM orders WHERE doc -> 'a' ->> 'b' = 'x y'

-- becomes
SELECT id FROM orders WHERE doc @> '{"a": {"b": "x y"}}'

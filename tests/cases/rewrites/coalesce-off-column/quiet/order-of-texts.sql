SELECT id FROM orders WHERE COALESCE(note, 'a') < 'b'

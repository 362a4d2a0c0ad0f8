SELECT id FROM orders WHERE COALESCE(note, '') = 'x' AND COALESCE(status, '') <> 'open'

-- becomes
SELECT id FROM orders WHERE note = 'x' AND status <> 'open'

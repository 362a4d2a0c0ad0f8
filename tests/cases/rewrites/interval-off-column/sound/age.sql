SELECT id FROM orders WHERE now() - at > interval '30 days'

-- becomes
SELECT id FROM orders WHERE at < now() - interval '720 hours'

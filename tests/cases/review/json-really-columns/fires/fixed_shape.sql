-- Every document has the same four keys, one of them with a hostile name.
-- expect: column public.customers.address
-- severity: info
-- facts: {"read": {"public.customers": {"rows": 5000, "documents": {"address": {"objects": 5000, "keys": {"street": {"count": 5000, "type": "string", "of_type": 5000}, "city": {"count": 4990, "type": "string", "of_type": 4990}, "number": {"count": 5000, "type": "number", "of_type": 5000}, "a\"b'c": {"count": 4900, "type": "string", "of_type": 4900}, "note": {"count": 30, "type": "string", "of_type": 30}}}}}}}
CREATE TABLE customers (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, address jsonb NOT NULL);

-- What somebody else sent, settings, and an event: the shape is not ours.
-- facts: {"read": {"public.payments": {"rows": 800, "documents": {"payload": {"objects": 800, "keys": {"a": {"count": 800, "type": "string", "of_type": 800}, "b": {"count": 800, "type": "string", "of_type": 800}}}, "checkout_settings": {"objects": 800, "keys": {"a": {"count": 800, "type": "string", "of_type": 800}, "b": {"count": 800, "type": "string", "of_type": 800}}}}}}}
-- facts: {"read": {"public.audit_log": {"rows": 800, "documents": {"who": {"objects": 800, "keys": {"a": {"count": 800, "type": "string", "of_type": 800}, "b": {"count": 800, "type": "string", "of_type": 800}}}}}}}
CREATE TABLE payments (id bigint PRIMARY KEY, payload jsonb, checkout_settings jsonb);
CREATE TABLE audit_log (id bigint PRIMARY KEY, who jsonb);

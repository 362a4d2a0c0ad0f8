-- The type json, beside a column whose documents vary.
-- expect: column public.devices.dimensions
-- facts: {"read": {"public.devices": {"rows": 800, "documents": {"dimensions": {"objects": 400, "keys": {"width": {"count": 400, "type": "number", "of_type": 400}, "height": {"count": 400, "type": "number", "of_type": 398}}}, "extra": {"objects": 800, "keys": {"a": {"count": 300, "type": "string", "of_type": 300}, "b": {"count": 700, "type": "string", "of_type": 700}}}}}}}
CREATE TABLE devices (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, dimensions json, extra jsonb);

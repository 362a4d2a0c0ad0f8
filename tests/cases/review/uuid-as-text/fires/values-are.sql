-- expect: column public.a.DeviceGuid
-- facts: {"tables": {"public.a": {"rows": 1000}}}
-- facts: {"columns": {"public.a": [{"column": "DeviceGuid", "n_distinct": -1, "histogram_bounds": "{00000000-0000-4000-8000-000000000001,00000000-0000-4000-8000-000000000002,\"{00000000-0000-4000-8000-000000000003}\",00000000000040008000000000000004,00000000-0000-4000-8000-000000000005}"}]}}
CREATE TABLE a (id bigint PRIMARY KEY, "DeviceGuid" char(36));

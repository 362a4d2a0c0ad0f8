-- A station determines its name and its region; the error says that some rows contradict it already.
-- expect: column public.rides.station_id
-- severity: info
-- facts: {"read": {"public.rides": {"rows": 5000, "whole": true, "dependencies": [{"left": ["station_id"], "right": "station_name", "error": 0.004, "rows": 5000, "groups": 100, "rights": 50}, {"left": ["station_id"], "right": "region", "error": 0.0, "rows": 5000, "groups": 100, "rights": 50}, {"left": ["station_name"], "right": "region", "error": 0.0, "rows": 5000, "groups": 100, "rights": 50}, {"left": ["station_name"], "right": "station_id", "error": 0.002, "rows": 5000, "groups": 100, "rights": 50}]}}}
CREATE TABLE rides (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    station_id integer NOT NULL,
    station_name text NOT NULL,
    region text,
    minutes integer NOT NULL
);

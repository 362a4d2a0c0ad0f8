-- What is declared is said by its own rule; an event keeps what it was told.
-- facts: {"dependencies": {"public.rides": [{"table": "rides", "left": ["station_id"], "right": ["station_name"]}]}}
-- facts: {"read": {"public.rides": {"rows": 5000, "dependencies": [{"left": ["station_id"], "right": "station_name", "error": 0.0, "rows": 5000, "groups": 100, "rights": 50}]}}}
-- facts: {"read": {"public.page_visits": {"rows": 5000, "dependencies": [{"left": ["visitor_id"], "right": "browser", "error": 0.0, "rows": 5000, "groups": 100, "rights": 50}]}}}
CREATE TABLE rides (id bigint PRIMARY KEY, station_id integer NOT NULL, station_name text NOT NULL);
CREATE TABLE page_visits (id bigint PRIMARY KEY, visitor_id integer NOT NULL, browser text NOT NULL);

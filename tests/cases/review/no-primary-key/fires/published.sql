-- expect: table public.readings
-- severity: error
CREATE TABLE readings (sensor int, value float8);
CREATE PUBLICATION all_readings FOR TABLE readings;

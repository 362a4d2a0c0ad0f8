-- expect: table public.readings
-- severity: info
CREATE TABLE readings (ok boolean, id bigint PRIMARY KEY, seen boolean, at timestamptz, kind smallint, value float8);

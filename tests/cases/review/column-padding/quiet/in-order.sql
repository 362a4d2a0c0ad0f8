CREATE TABLE readings (id bigint PRIMARY KEY, at timestamptz, value float8, kind smallint, ok boolean, seen boolean);

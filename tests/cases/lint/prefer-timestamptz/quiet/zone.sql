CREATE TABLE things (id bigint PRIMARY KEY, at timestamptz, on_day date);

-- at: things.at
CREATE TABLE things (id bigint PRIMARY KEY, at timestamp);

-- at: things
CREATE TABLE things (id bigint UNIQUE NOT NULL);

-- at: things
-- at: things
CREATE TABLE things (id bigint PRIMARY KEY, a int UNIQUE NOT NULL);

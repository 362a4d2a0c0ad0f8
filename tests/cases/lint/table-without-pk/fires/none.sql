-- at: things
CREATE TABLE things (id bigint NOT NULL);

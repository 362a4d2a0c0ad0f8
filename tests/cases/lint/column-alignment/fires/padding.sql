-- at: things
CREATE TABLE things (a boolean, b bigint, c boolean, d bigint, e boolean, f bigint);

CREATE TABLE things (b bigint, d bigint, f bigint, a boolean, c boolean, e boolean);

-- at: things.doc
CREATE TABLE things (id bigint PRIMARY KEY, doc json);

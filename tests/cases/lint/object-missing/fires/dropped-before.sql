-- at: things
DROP TABLE things;
CREATE INDEX ON things (a);

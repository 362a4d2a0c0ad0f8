-- at: measurements
CREATE TABLE m1 PARTITION OF measurements DEFAULT;

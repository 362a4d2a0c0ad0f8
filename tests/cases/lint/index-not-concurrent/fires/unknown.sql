-- at: things.things_a_idx
CREATE INDEX ON things (a);

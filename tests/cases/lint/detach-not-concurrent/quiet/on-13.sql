-- pg: 13
ALTER TABLE events DETACH PARTITION events_1;

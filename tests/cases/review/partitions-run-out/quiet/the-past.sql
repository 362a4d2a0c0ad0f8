-- A table of years ago gets no new rows.
-- facts: {"taken_at": "2026-03-20T10:00:00+00:00"}
CREATE TABLE a (id bigint NOT NULL, at timestamptz NOT NULL) PARTITION BY RANGE (at);
CREATE TABLE a_1 PARTITION OF a FOR VALUES FROM ('2021-03-01') TO ('2021-04-01');

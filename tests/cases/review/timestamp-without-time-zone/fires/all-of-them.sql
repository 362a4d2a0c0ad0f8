-- expect: database
-- severity: warning
CREATE TABLE orders (
    id bigint PRIMARY KEY, placed_at timestamp NOT NULL DEFAULT (now() AT TIME ZONE 'utc'), paid_at timestamp(3),
    seen_at timestamptz
);

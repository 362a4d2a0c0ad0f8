CREATE TABLE jobs (
    id bigint PRIMARY KEY, status text NOT NULL, done_at timestamptz, kind text, ref bigint, other bigint,
    CHECK (status <> 'done' OR done_at IS NOT NULL),
    CHECK ((kind IS NULL) = (ref IS NULL)),
    CHECK ((kind = 'a' AND ref IS NOT NULL) OR (kind = 'b' AND other IS NOT NULL))
);

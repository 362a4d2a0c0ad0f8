-- Times beside a status are its history; a CHECK keeps the flags apart.
CREATE TABLE orders (
    id bigint PRIMARY KEY, status text, placed_at timestamptz, paid_at timestamptz, shipped_at timestamptz
);
CREATE TABLE articles (
    id bigint PRIMARY KEY, draft boolean, published boolean, archived boolean,
    CHECK (draft::int + published::int + archived::int = 1)
);

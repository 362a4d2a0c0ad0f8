-- expect: table public.bookings
-- severity: info
CREATE TABLE rooms (id bigint PRIMARY KEY);
CREATE TABLE users (id bigint PRIMARY KEY);
CREATE TABLE bookings (
    id bigint PRIMARY KEY, room_id bigint NOT NULL REFERENCES rooms, user_id bigint NOT NULL REFERENCES users,
    starts_at timestamptz NOT NULL, ends_at timestamptz NOT NULL, cancelled_at timestamptz
);

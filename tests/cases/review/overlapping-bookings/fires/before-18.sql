-- expect: table public.bookings
-- postgres: 13
CREATE TABLE rooms (id text PRIMARY KEY);
CREATE TABLE bookings (
    id bigint PRIMARY KEY, room text NOT NULL REFERENCES rooms, valid_from timestamp NOT NULL, valid_until timestamp,
    is_deleted boolean NOT NULL DEFAULT false
);

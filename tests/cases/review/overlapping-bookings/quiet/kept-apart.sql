CREATE EXTENSION btree_gist;
CREATE TABLE rooms (id bigint PRIMARY KEY);
CREATE TABLE bookings (
    id bigint PRIMARY KEY, room_id bigint NOT NULL REFERENCES rooms, starts_at timestamptz NOT NULL,
    ends_at timestamptz NOT NULL, EXCLUDE USING gist (room_id WITH =, tstzrange(starts_at, ends_at) WITH &&)
);
CREATE TABLE rentals (
    room_id bigint NOT NULL REFERENCES rooms, during daterange, valid_from date, valid_to date,
    PRIMARY KEY (room_id, during WITHOUT OVERLAPS)
);

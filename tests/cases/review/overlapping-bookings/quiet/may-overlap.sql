-- Nothing that can be taken only once: a person's subscriptions, things that happened, two resources at once.
CREATE TABLE users (id bigint PRIMARY KEY);
CREATE TABLE rooms (id bigint PRIMARY KEY);
CREATE TABLE passes (id bigint PRIMARY KEY, room_id bigint UNIQUE REFERENCES rooms, valid_from date, valid_until date);
CREATE TABLE subscriptions (id bigint PRIMARY KEY, user_id bigint REFERENCES users, started_at timestamptz, ended_at timestamptz);
CREATE TABLE booking_events (id bigint PRIMARY KEY, room_id bigint REFERENCES rooms, valid_from date, valid_to date);
CREATE TABLE appointments (id bigint PRIMARY KEY, user_id bigint REFERENCES users, starts_at timestamptz, ends_at timestamptz);

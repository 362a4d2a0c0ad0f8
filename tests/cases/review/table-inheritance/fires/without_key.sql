-- expect: table public.events
CREATE TABLE events (at timestamptz NOT NULL, what text);
CREATE TABLE events_2025 (CHECK (at < '2026-01-01')) INHERITS (events);

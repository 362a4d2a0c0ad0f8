CREATE TABLE devices (id int PRIMARY KEY, serial text NOT NULL UNIQUE, created_at timestamptz NOT NULL DEFAULT now());
CREATE TABLE readings (
    device_id int NOT NULL REFERENCES devices,
    measured_at timestamptz NOT NULL,
    temperature double precision NOT NULL,
    humidity double precision,
    PRIMARY KEY (device_id, measured_at)
);
CREATE INDEX readings_measured_at_idx ON readings (measured_at);
CREATE TABLE orders (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, placed_at timestamptz NOT NULL, status text NOT NULL);

-- expect: table public.device_data
-- severity: warning
CREATE TABLE devices (id bigint PRIMARY KEY);
CREATE TABLE device_data (
    id bigint PRIMARY KEY, device_id bigint NOT NULL REFERENCES devices, field text,
    value_text text, value_number numeric, value_date date
);

-- A partitioned table takes a key NOT VALID from 18 on.
-- expect: column public.events_by_day.customer_id
-- postgres: 14
CREATE TABLE regions (id bigint PRIMARY KEY);
CREATE TABLE customers (id bigint PRIMARY KEY, region_id bigint REFERENCES regions);
CREATE TABLE events_by_day (at date NOT NULL, customer_id bigint) PARTITION BY RANGE (at);
CREATE TABLE events_by_day_1 PARTITION OF events_by_day FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');

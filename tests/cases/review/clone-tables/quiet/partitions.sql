-- Partitions and inheriting children are one table already; copies are meant.
CREATE TABLE readings (id bigint, day date NOT NULL, value numeric) PARTITION BY RANGE (day);
CREATE TABLE readings_2023 PARTITION OF readings FOR VALUES FROM ('2023-01-01') TO ('2024-01-01');
CREATE TABLE readings_2024 PARTITION OF readings FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE TABLE readings_2025 PARTITION OF readings FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
CREATE TABLE parts (id bigint PRIMARY KEY, day date, value numeric);
CREATE TABLE parts_1 () INHERITS (parts);
CREATE TABLE parts_2 () INHERITS (parts);
CREATE TABLE parts_3 () INHERITS (parts);
CREATE TABLE prices (id bigint PRIMARY KEY, day date, value numeric);
CREATE TABLE prices_history (id bigint PRIMARY KEY, day date, value numeric);
CREATE TABLE prices_archive (id bigint PRIMARY KEY, day date, value numeric);
CREATE TABLE prices_staging (id bigint PRIMARY KEY, day date, value numeric);

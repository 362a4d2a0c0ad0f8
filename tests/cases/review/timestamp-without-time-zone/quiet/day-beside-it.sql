CREATE TABLE visits (id bigint PRIMARY KEY, visit_start_date date, visit_start_datetime timestamp);

-- expect: column public.visits.ip_address
-- severity: warning
-- facts: {"columns": {"public.visits": [{"column": "ip_address", "histogram_bounds": "{10.0.0.1,10.0.0.2,2001:db8::1,192.168.1.1,8.8.8.8}"}]}}
CREATE TABLE visits (id bigint PRIMARY KEY, ip_address varchar(45) NOT NULL);
CREATE INDEX ON visits (ip_address);

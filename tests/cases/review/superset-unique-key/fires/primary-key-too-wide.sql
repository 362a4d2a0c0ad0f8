-- expect: constraint public.devices.devices_pkey
CREATE TABLE devices (tenant int, serial text NOT NULL UNIQUE, PRIMARY KEY (tenant, serial));

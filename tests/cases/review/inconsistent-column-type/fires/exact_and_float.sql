-- expect: column public.readings.net_weight
CREATE TABLE goods (id bigint PRIMARY KEY, net_weight numeric(8, 3));
CREATE TABLE parcels (id bigint PRIMARY KEY, net_weight numeric(8, 3));
CREATE TABLE readings (id bigint PRIMARY KEY, net_weight real);

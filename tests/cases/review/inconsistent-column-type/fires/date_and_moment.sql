-- expect: column public.returns.shipped "on"
CREATE TABLE orders (id bigint PRIMARY KEY, "shipped ""on""" date);
CREATE TABLE returns (id bigint PRIMARY KEY, "shipped ""on""" timestamptz);

-- expect: constraint public.orders.orders_country_city_fkey
-- severity: warning
CREATE TABLE cities (country text, city text, PRIMARY KEY (country, city));
CREATE TABLE orders (id bigint PRIMARY KEY, country text, city text, FOREIGN KEY (country, city) REFERENCES cities);

-- Three of seven tables: no rule of the house.
CREATE TABLE orders (id bigint PRIMARY KEY, tenant_id bigint, a text, b text, c text);
CREATE TABLE parts (id bigint PRIMARY KEY, tenant_id bigint, a text, b text, c text);
CREATE TABLE users (id bigint PRIMARY KEY, tenant_id bigint, a text, b text, c text);
CREATE TABLE shops (id bigint PRIMARY KEY, order_id bigint REFERENCES orders, a text, b text, c text);
CREATE TABLE rules (id bigint PRIMARY KEY, order_id bigint REFERENCES orders, a text, b text, c text);
CREATE TABLE stock (id bigint PRIMARY KEY, order_id bigint REFERENCES orders, a text, b text, c text);
CREATE TABLE lines (id bigint PRIMARY KEY, order_id bigint REFERENCES orders, a text, b text, c text);

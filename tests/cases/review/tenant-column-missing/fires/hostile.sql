-- expect: table public.Line "items"
CREATE TABLE orders (id bigint PRIMARY KEY, "orgId" bigint NOT NULL, a text, b text, c text);
CREATE TABLE parts (id bigint PRIMARY KEY, "orgId" bigint NOT NULL, a text, b text, c text);
CREATE TABLE users (id bigint PRIMARY KEY, "orgId" bigint NOT NULL, a text, b text, c text);
CREATE TABLE shops (id bigint PRIMARY KEY, "orgId" bigint NOT NULL, a text, b text, c text);
CREATE TABLE rules (id bigint PRIMARY KEY, "orgId" bigint NOT NULL, a text, b text, c text);
CREATE TABLE stock (id bigint PRIMARY KEY, "orgId" bigint NOT NULL, a text, b text, c text);
CREATE TABLE "Line ""items""" (id bigint PRIMARY KEY, order_id bigint REFERENCES orders, a text, b text, c text);

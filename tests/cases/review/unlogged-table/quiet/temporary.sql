-- A temporary table is nobody's schema; a foreign one is elsewhere.
CREATE TEMPORARY TABLE page_cache (id bigint PRIMARY KEY, body text);
CREATE TABLE pages (id bigint PRIMARY KEY);

CREATE TABLE page_cache (id bigint PRIMARY KEY, body text);

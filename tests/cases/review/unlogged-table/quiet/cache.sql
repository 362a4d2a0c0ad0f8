CREATE UNLOGGED TABLE page_cache (id bigint PRIMARY KEY, body text);
CREATE UNLOGGED TABLE "leaderLock" (id bigint PRIMARY KEY);

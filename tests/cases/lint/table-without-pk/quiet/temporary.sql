CREATE TEMP TABLE things (id bigint);

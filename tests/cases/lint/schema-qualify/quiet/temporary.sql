CREATE TEMP TABLE things (a integer);

-- at: things
VACUUM (FULL, ANALYZE) things;

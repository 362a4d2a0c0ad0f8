-- at: citext
DROP EXTENSION citext;

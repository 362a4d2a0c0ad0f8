-- at: citext
CREATE EXTENSION IF NOT EXISTS citext;

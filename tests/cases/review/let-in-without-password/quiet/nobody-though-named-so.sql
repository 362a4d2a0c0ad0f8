-- A line is not what a table says.
-- facts: {"trusted": []}
CREATE TABLE pg_hba (line text PRIMARY KEY);
INSERT INTO pg_hba VALUES ('host all all 0.0.0.0/0 trust');

CREATE TABLE names (name text PRIMARY KEY);
COMMENT ON TABLE names IS 'Names that robots may use';
CREATE TABLE locks (id int PRIMARY KEY);

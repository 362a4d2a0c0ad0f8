CREATE TABLE things (id bigint PRIMARY KEY);
CREATE POLICY mine ON things USING (true);

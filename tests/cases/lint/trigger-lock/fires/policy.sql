-- at: things
CREATE POLICY mine ON things USING (true);

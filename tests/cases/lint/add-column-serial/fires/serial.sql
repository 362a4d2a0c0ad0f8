-- at: things.n
ALTER TABLE things ADD COLUMN n bigserial;

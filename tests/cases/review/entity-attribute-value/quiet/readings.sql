CREATE TABLE sensors (id bigint PRIMARY KEY);
CREATE TABLE readings (sensor_id bigint REFERENCES sensors, at timestamptz, value float8, PRIMARY KEY (sensor_id, at));

-- window: 86400

-- calls: 43000000
INSERT INTO readings (device_id, measured_at, temperature, humidity) VALUES ($1, $2, $3, $4);

-- calls: 20000
SELECT measured_at, temperature FROM readings WHERE device_id = $1 AND measured_at >= now() - interval '24 hours' ORDER BY measured_at;

-- calls: 5000
SELECT date_trunc('hour', measured_at) AS hour, avg(temperature), max(temperature) FROM readings WHERE device_id = $1 AND measured_at >= now() - interval '7 days' GROUP BY 1 ORDER BY 1;

-- calls: 500
SELECT date_trunc('hour', measured_at) AS hour, avg(temperature) FROM readings WHERE measured_at >= now() - interval '7 days' GROUP BY 1 ORDER BY 1;

-- calls: 3000
SELECT temperature FROM readings WHERE device_id = $1 ORDER BY measured_at DESC LIMIT 1;

-- calls: 10000
UPDATE orders SET status = $1 WHERE id = $2;

-- calls: 3000
INSERT INTO orders (placed_at, status) VALUES ($1, $2);

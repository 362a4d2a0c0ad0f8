-- expect: column place.at
-- expect: column place.kept
-- severity: warning
-- severity: warning
CREATE TABLE place (id INTEGER PRIMARY KEY, at POINT, kept INTERVAL);

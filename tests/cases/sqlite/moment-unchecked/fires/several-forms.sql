-- expect: column visit.at
-- severity: warning
CREATE TABLE visit (id INTEGER PRIMARY KEY, at DATETIME);
INSERT INTO visit (at) VALUES ('2026-11-26 10:00:00'), ('2026-11-26T10:00:00'), (1795000000);

-- expect: column visit.created_at
-- severity: info
CREATE TABLE visit (id INTEGER PRIMARY KEY, created_at TEXT NOT NULL);

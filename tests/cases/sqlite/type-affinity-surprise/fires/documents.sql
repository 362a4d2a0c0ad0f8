-- expect: column event.body
-- severity: info
CREATE TABLE event (id INTEGER PRIMARY KEY, body JSON);

CREATE TABLE visit (id INTEGER PRIMARY KEY, at TEXT CHECK (at IS strftime('%Y-%m-%d', at)), valid_date TEXT, CHECK (date(valid_date) IS NOT NULL));

-- expect: table visit
CREATE TABLE visit (id INTEGER PRIMARY KEY, page TEXT, agent TEXT, referer TEXT);

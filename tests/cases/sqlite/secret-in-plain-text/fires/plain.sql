-- expect: column account.password
CREATE TABLE account (id INTEGER PRIMARY KEY, password TEXT NOT NULL);

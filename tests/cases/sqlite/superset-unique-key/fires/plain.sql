-- expect: constraint country.country_code_name_key
CREATE TABLE country (id INTEGER PRIMARY KEY, code TEXT NOT NULL UNIQUE, name TEXT NOT NULL, UNIQUE (code, name));

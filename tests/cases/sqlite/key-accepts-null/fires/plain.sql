-- expect: constraint country.country_pkey
CREATE TABLE country (code TEXT PRIMARY KEY, name TEXT);

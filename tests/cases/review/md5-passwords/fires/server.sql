-- facts: {"settings": {"password_encryption": "md5"}}
-- expect: database
-- severity: warning
CREATE TABLE notes (id int PRIMARY KEY);

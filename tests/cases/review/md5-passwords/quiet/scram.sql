-- facts: {"settings": {"password_encryption": "scram-sha-256"}}
CREATE TABLE notes (id int PRIMARY KEY);

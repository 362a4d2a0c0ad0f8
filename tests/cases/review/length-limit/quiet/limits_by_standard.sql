-- Limits that a standard sets, and those that keep an index entry small.
CREATE TABLE accounts (id varchar(36) PRIMARY KEY, iban varchar(34), currency varchar(3), phone varchar(20),
    slug varchar(255) UNIQUE, password_hash varchar(255), country_code varchar(2));
CREATE TABLE cards (id bigint PRIMARY KEY, account varchar(36) REFERENCES accounts);

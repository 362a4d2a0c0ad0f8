-- Two tables with an account_id are two things that belong to an account, not a database of accounts.
CREATE TABLE accounts (id bigint PRIMARY KEY, name text);
CREATE TABLE invoices (id bigint PRIMARY KEY, account_id bigint NOT NULL REFERENCES accounts);
CREATE TABLE payments (id bigint PRIMARY KEY, account_id bigint NOT NULL REFERENCES accounts, invoice_id bigint REFERENCES invoices);

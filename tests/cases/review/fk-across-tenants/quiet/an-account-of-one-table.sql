-- Whose row it is, is another thing than whose data it is: anybody may pay anybody's invoice.
CREATE TABLE accounts (id bigint PRIMARY KEY, name text);
CREATE TABLE invoices (id bigint PRIMARY KEY, account_id bigint NOT NULL REFERENCES accounts);
CREATE TABLE payments (id bigint PRIMARY KEY, account_id bigint NOT NULL REFERENCES accounts, invoice_id bigint REFERENCES invoices);
CREATE TABLE firms (id bigint PRIMARY KEY, name text);
CREATE TABLE contacts (id bigint PRIMARY KEY, company_id bigint NOT NULL REFERENCES firms);
CREATE TABLE deals (id bigint PRIMARY KEY, company_id bigint NOT NULL REFERENCES firms, contact_id bigint REFERENCES contacts);

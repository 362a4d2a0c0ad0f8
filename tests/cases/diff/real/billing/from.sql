CREATE SCHEMA billing;
CREATE TABLE billing.account (
    id integer PRIMARY KEY,
    name text NOT NULL,
    currency text NOT NULL
);
CREATE TABLE billing.plan (
    code text PRIMARY KEY,
    monthly numeric NOT NULL
);
CREATE TABLE billing.subscription (
    id integer PRIMARY KEY,
    account integer NOT NULL REFERENCES billing.account,
    plan text NOT NULL REFERENCES billing.plan,
    starts date NOT NULL,
    ends date
);
ALTER TABLE billing.subscription ADD CONSTRAINT subscription_account_key UNIQUE (account);
CREATE TABLE billing.bill (
    id integer CONSTRAINT bill_pkey PRIMARY KEY,
    account integer NOT NULL,
    bill_no text NOT NULL,
    issued date NOT NULL,
    CONSTRAINT bill_account_fkey FOREIGN KEY (account) REFERENCES billing.account
);
CREATE UNIQUE INDEX bill_no_idx ON billing.bill (bill_no);
CREATE TABLE billing.bill_line (
    bill integer NOT NULL, line integer NOT NULL, text text NOT NULL, amount numeric NOT NULL,
    CONSTRAINT bill_line_pkey PRIMARY KEY (bill, line),
    CONSTRAINT bill_line_bill_fkey FOREIGN KEY (bill) REFERENCES billing.bill
);
CREATE TABLE billing.payment (id integer PRIMARY KEY, account integer NOT NULL REFERENCES billing.account, amount numeric NOT NULL, at date NOT NULL);
CREATE TABLE billing.credit_note (id integer PRIMARY KEY, account integer, amount numeric);
CREATE TABLE billing.tax_rate (country char(2), valid daterange, rate numeric);
CREATE TABLE billing.event (id bigserial PRIMARY KEY, kind text, data json);
CREATE VIEW billing.balance AS
    SELECT a.id, a.name,
        (SELECT coalesce(sum(l.amount), 0) FROM billing.bill b JOIN billing.bill_line l ON l.bill = b.id WHERE b.account = a.id) AS billed,
        (SELECT coalesce(sum(p.amount), 0) FROM billing.payment p WHERE p.account = a.id) AS paid
    FROM billing.account a;
CREATE VIEW billing.debtor AS SELECT id, name, billed - paid AS owes FROM billing.balance WHERE billed > paid;

-- A wei is 10^-18 of an ether.
CREATE TABLE transfers (id bigint PRIMARY KEY, amount_wei numeric NOT NULL, gas_price numeric);
CREATE TABLE wallets (id bigint PRIMARY KEY, balance numeric);

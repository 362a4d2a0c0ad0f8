-- Lists that code asks, and one that others refer to.
CREATE TABLE blocked_words (word text PRIMARY KEY);
CREATE TABLE currencies (code text PRIMARY KEY);
CREATE TABLE prices (id bigint PRIMARY KEY, currency text REFERENCES currencies);

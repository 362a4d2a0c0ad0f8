-- Of a language, a currency, and a link that is sent out.
CREATE TABLE vocabulary (id bigint PRIMARY KEY, token text NOT NULL);
CREATE TABLE trades (id bigint PRIMARY KEY, base_token text, quote_token text);
CREATE TABLE letters (id bigint PRIMARY KEY, unsubscribe_token text, share_token text);

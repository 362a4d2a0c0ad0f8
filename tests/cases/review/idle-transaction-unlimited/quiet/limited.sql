-- facts: {"server": {"idle_in_transaction_session_timeout": "60000", "statement_timeout": "0"}}
CREATE TABLE a (id bigint PRIMARY KEY);

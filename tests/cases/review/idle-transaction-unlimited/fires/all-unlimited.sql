-- expect: database
-- severity: info
-- facts: {"server": {"idle_in_transaction_session_timeout": "0", "statement_timeout": "0", "lock_timeout": "0"}}
CREATE TABLE a (id bigint PRIMARY KEY);

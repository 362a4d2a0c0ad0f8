-- What only describes one, what addresses something, and what is counted.
CREATE TABLE a (
    id bigint PRIMARY KEY, password_expires_at text, secret_name text, api_key_id text, access_token_url text,
    token_type text, push_token text, next_page_token text, tokens int, max_tokens bigint, public_key text,
    is_password_set text, secretary text, password_hint text, keyword text, reset_password boolean
);

-- expect: column public.orders.status
-- expect: column public.users.role
-- severity: warning
-- severity: info
CREATE TABLE orders (id bigint PRIMARY KEY, status varchar(20) NOT NULL DEFAULT 'new' CHECK (char_length(status) <= 20));
CREATE TABLE users (id bigint PRIMARY KEY, role text);
CREATE TABLE statuses (id bigint PRIMARY KEY, body text, written_at timestamptz, likes bigint, language text); -- no list

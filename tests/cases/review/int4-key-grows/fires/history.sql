-- A history of what people do is no stream of events.
-- expect: database
-- severity: info
CREATE TABLE connection_history (id serial PRIMARY KEY, started_at timestamptz NOT NULL);
CREATE TABLE password_histories (id serial PRIMARY KEY, set_at timestamptz NOT NULL);

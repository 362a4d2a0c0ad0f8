-- expect: table public.requests
-- severity: info
CREATE TABLE requests (
    id bigint PRIMARY KEY, approved_at timestamptz, rejected_at timestamptz, withdrawn_at timestamptz, note text
);

-- expect: constraint public.users.users_email_key
-- severity: info
-- facts: {"tables": {"public.users": {"rows": 5000}}}
-- facts: {"columns": {"public.users": [{"column": "email", "n_distinct": -1, "histogram_bounds": "{a0@example.com,a1@example.com,a2@example.com,a3@example.com,a4@example.com,a5@example.com,a6@example.com,a7@example.com,a8@example.com,a9@example.com,a10@example.com,a11@example.com,a12@example.com,a13@example.com,a14@example.com,a15@example.com,a16@example.com,a17@example.com,a18@example.com,a19@example.com,a20@example.com,a21@example.com,a22@example.com,a23@example.com,a24@example.com}"}]}}
CREATE TABLE users (id bigint PRIMARY KEY, email text NOT NULL UNIQUE);

-- roles: anon
CREATE TABLE offices (
    id bigint PRIMARY KEY, office_email text, support_phone text, email_verified_at timestamptz, phone_count int,
    email_template text, filename text, made timestamptz
);
GRANT SELECT ON offices TO anon;

-- Nothing forbids an admin to be on the staff and to want news.
CREATE TABLE users (
    id bigint PRIMARY KEY, is_admin boolean, is_staff boolean, is_active boolean, wants_news boolean, email_verified boolean
);

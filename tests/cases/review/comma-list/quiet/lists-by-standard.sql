-- OAuth says that scopes are one string; an array is no text.
CREATE TABLE clients (id bigint PRIMARY KEY, scopes text, redirect_uris text, tag_ids bigint[], grant_list text);

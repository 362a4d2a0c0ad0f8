-- A checksum or an ending shows that a framework kept to the length.
CREATE TABLE users (id bigint PRIMARY KEY, a bigint, b bigint, name text,
    CONSTRAINT users_organisation_memberships_and_roles_by_department_9f3a2b1c UNIQUE (a),
    CONSTRAINT organisation_memberships_roles_department_id_9f3a2b1c_fk_users_ FOREIGN KEY (b) REFERENCES users);
CREATE INDEX a_name_of_sixty_two_bytes_is_short_enough_not_to_be_cut_off_by ON users (name);

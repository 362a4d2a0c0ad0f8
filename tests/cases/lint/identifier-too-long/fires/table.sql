-- at: database
CREATE TABLE a_name_that_is_so_long_that_the_server_cuts_it_off_somewhere_at_its_end (id bigint PRIMARY KEY);

-- Two tables that number from one sequence do so on purpose.
CREATE TABLE cars (id bigserial PRIMARY KEY);
CREATE TABLE boats (id bigint PRIMARY KEY DEFAULT nextval('cars_id_seq'));

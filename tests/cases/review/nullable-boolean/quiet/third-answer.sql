-- "not asked yet", "inherits", "no vote" are answers.
CREATE TABLE patients (id bigint PRIMARY KEY, consent boolean, marketing_opt_in boolean);
CREATE TABLE survey_answers (id bigint PRIMARY KEY, smoker boolean);
CREATE TABLE readings (id bigint PRIMARY KEY, bool_value boolean, text_value text);
CREATE TABLE checks (id bigint PRIMARY KEY, passed boolean);

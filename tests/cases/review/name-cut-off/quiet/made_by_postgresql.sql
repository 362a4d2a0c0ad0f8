-- Names that PostgreSQL 18 makes and shortens itself: the primary key, NOT NULL, a foreign key, an index, a sequence.
CREATE TABLE readings_of_meters_in_all_buildings_of_the_company (
    readings_of_meters_in_all_buildings_of_the_company_id bigserial PRIMARY KEY,
    previous_reading_of_the_same_meter_in_the_building bigint NOT NULL UNIQUE
        REFERENCES readings_of_meters_in_all_buildings_of_the_company
        CHECK (previous_reading_of_the_same_meter_in_the_building > 0));
CREATE INDEX ON readings_of_meters_in_all_buildings_of_the_company (previous_reading_of_the_same_meter_in_the_building);

-- expect: constraint seat.seat_hall_seat_row_place_key
CREATE TABLE seat (id INTEGER PRIMARY KEY, hall TEXT NOT NULL, seat_row TEXT, place INTEGER NOT NULL, UNIQUE (hall, seat_row, place));

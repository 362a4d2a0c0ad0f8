-- expect: column bill.amount
CREATE TABLE bill (id INTEGER PRIMARY KEY, amount DECIMAL(10, 2));
INSERT INTO bill (amount) VALUES ('12,50'), (3);

-- expect: table public.payments
-- severity: info
-- facts: {"tables": {"public.payments": {"rows": 500000, "pages": 9000}}}
-- facts: {"columns": {"public.payments": [{"column": "type", "n_distinct": 3, "most_common_values": "{card,bank,cash}", "most_common_frequencies": [0.6, 0.3, 0.1]}, {"column": "card_number", "null_fraction": 0.4}, {"column": "card_expiry", "null_fraction": 0.402}, {"column": "iban", "null_fraction": 0.698}, {"column": "bic", "null_fraction": 0.7}, {"column": "note", "null_fraction": 0.95}]}}
CREATE TABLE payments (id bigint PRIMARY KEY, type text NOT NULL, card_number text, card_expiry date, iban text, bic text, note text);

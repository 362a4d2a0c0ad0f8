-- facts: {"sequences": {"public.slots_id_seq": {"last_value": 2000000000}}}
CREATE TABLE slots (id int GENERATED ALWAYS AS IDENTITY (CYCLE) PRIMARY KEY);

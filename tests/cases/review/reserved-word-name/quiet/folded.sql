-- Quoted for their capitals, which is another matter.
CREATE TABLE "User" (id bigint PRIMARY KEY, "Order" text, user_id bigint, order_by text);

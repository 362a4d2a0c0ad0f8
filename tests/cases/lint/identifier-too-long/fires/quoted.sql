-- at: database
ALTER TABLE things ADD COLUMN "ein Name, der so viele Wörter hat, daß er über den Rand hinaus reicht" integer;

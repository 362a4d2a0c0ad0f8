"""The rules of `dba migrate lint`, one file a rule."""

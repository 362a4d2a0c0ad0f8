"""The rules. A rule is one file here: its name with dashes is its id, its docstring its page (see `rule.py`)."""

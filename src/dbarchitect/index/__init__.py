"""Index advice: candidates from plans, the choice among them. What a choice costs is asked of a function passed in."""

"""What carries migrations out on the user's database: journal, runner, backup. Nothing else writes there."""

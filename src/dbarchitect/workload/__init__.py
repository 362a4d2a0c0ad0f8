"""What applications asked a database: read from logs, spans and recordings as a stream of executions."""

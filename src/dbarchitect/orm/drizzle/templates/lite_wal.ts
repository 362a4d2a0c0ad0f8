// Kept in the file: reading and writing do not stop each other.
await client.execute("PRAGMA journal_mode = WAL");

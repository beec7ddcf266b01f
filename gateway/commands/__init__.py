"""The command line, by subject. Thin: each command opens the database, calls, prints."""

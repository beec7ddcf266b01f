"""Alembic migrations: `gateway` and `kindkans` each have a database, and a history, of their own."""

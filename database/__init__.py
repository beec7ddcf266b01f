"""The gateway's database: an engine per dialect, the schema, and one named function per statement.

A function takes the caller's connection, and so its transaction, and never commits.
"""

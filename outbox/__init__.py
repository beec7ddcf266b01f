"""From the outbox table to the broker, and from the store's receipts back into it."""

"""The queue contract as a document (AsyncAPI): made from the code, never read by it."""

"""Publish to and consume from NATS JetStream; the embedded server. FastStream is named only here."""

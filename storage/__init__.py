"""What is at rest: the bytes of bijlagen, the seal on all personal data, and the keys."""

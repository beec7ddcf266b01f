"""ParnasSys as we imagine it: for the demo, the tests and the bench."""

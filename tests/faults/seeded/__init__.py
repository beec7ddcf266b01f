"""Bugs that we plant ourselves, each in a process of a test only, to prove that the faults can find them."""

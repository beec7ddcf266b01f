"""The words of the house: what every other package speaks. Standard library only, no I/O."""

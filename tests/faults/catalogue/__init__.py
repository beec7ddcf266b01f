"""The faults. Each is done to a stack under load, and undone again: then all promises must hold.

One module per thing that fails; `everything.py` lists them all, for the long run.
"""

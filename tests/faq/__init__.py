"""Each question of the FAQ as a story: what somebody sees, what the FAQ advises, and that it helped.

A package, so that its one gateway ends with its last test. tests/browser tells some of the same stories in
Chromium: a story knows a `Bezoeker`, and not which browser that person has.
"""

"""What people see and do at the helpdesk: Chromium before a real gateway that got real pushes.

A package, so that its fixtures end with its last test: Playwright keeps an event loop, and the tests
of other folders have loops of their own.
"""

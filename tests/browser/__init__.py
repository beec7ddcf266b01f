"""What people see and do at the helpdesk and in the core store: Chromium before a real gateway.

A package, so that its fixtures end with its last test: Playwright keeps an event loop, and the tests
of other folders have loops of their own.
"""

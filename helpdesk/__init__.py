"""What people of the helpdesk see and do."""

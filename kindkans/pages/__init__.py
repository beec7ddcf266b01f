"""What people see of the store: dossiers and their tabs, vergaderingen, kengetallen, beheer."""

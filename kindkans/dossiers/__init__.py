"""What stands in a dossier: its hulpvraag and the tabs around it."""

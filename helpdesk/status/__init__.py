"""Whether schools are being served, in figures: from Prometheus if there is one, else from the database."""

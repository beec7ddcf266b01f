"""Is this dossier fit to accept? Pure: a Dossier and its limits in, redenen out."""

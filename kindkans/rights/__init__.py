"""Who may see and change what of a dossier: rights are data, and one function decides."""

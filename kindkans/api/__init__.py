"""The store as JSON, for programs: the same dossiers, by the same rights."""

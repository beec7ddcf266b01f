"""The application: settings, the use case, the composition root, the command line."""

"""The helpdesk's HTTP: who asks, may they, and the frame in which every page answers."""

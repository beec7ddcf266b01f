"""The core store of Kindkans, bare for now: dossiers, versions and bijlagen in a database of its own."""

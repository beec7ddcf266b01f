"""Where does this dossier belong? Pure: omgeving, school and a table snapshot in, a Route or redenen out."""

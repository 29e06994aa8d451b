"""Schema changes judged before they ship: scripts in, violations out. Needs no database and no network."""

"""Models that answer behind an address, in the place of one that is loaded here."""

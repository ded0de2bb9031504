"""Files to take away, as PDF and HTML."""

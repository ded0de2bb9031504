"""The threshold lab."""

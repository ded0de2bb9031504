"""The views of the screens."""

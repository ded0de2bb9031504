"""The models of the screens."""

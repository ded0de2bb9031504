"""The top-ten exercise."""

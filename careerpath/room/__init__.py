"""A room: people answer together, and a coach shows them the picture."""

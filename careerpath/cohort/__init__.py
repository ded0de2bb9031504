"""Many people: scoring, counting, statistics and files; no screen."""

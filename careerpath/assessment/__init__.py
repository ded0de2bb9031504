"""The taker's page."""

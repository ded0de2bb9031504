"""The screens' models: every decision, and no widget."""

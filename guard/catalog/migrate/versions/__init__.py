"""One file a step, never edited after its release."""

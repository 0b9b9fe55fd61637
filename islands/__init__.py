"""The async runtime, free of any domain."""

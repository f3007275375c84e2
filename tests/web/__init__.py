"""The HTTP room, asked over a real port."""

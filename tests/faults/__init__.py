"""A real server with real calls while the world below it breaks."""

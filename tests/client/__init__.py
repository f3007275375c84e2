"""The client against the real web room, servers that fail as they are told, and a whole server."""
